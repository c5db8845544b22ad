"""What the embedded agent knows of an application's API: list its endpoints, export it as OpenAPI.

Exit code 0, 1 if no agent answers or it does not know the service, 2 for wrong options.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from vedette.agent.address import URL


def main(arguments: list[str]) -> int:
    """Asks the agent; returns the exit code."""
    given = parser().parse_args(arguments)
    try:
        return list_endpoints(given) if given.what == "list" else export(given)
    except urllib.error.HTTPError as error:
        return complain(refusal(error))
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return complain(f"no agent answers at {given.url} ({reason}). Start one: vedette agent")


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette api", description=(__doc__ or "").split("\n\n")[0])
    commands = made.add_subparsers(dest="what", required=True, metavar="WHAT")
    listing = commands.add_parser("list", help="the endpoints, one per line")
    listing.add_argument("service", nargs="?", default="", help="only of this service")
    listing.add_argument("--json", action="store_true", help="one JSON list")
    exporting = commands.add_parser("export", help="one service as an OpenAPI 3.1 document (JSON)")
    exporting.add_argument("service", nargs="?", default="", help="may be left out if there is only one")
    exporting.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to standard output")
    for command in (listing, exporting):
        command.add_argument("--env", default="", help="only what was seen in this environment")
        command.add_argument("--url", default=URL, help="address of the agent (default %(default)s)")
    return made


def ask(given: argparse.Namespace, path: str) -> Any:
    """What the agent answers. Raises `urllib.error.HTTPError` for a refusal, `URLError` if there is no agent."""
    query = urllib.parse.urlencode({"service": given.service, "env": given.env})
    with urllib.request.urlopen(f"{given.url.rstrip('/')}{path}?{query}", timeout=30) as answer:
        return json.load(answer)


def list_endpoints(given: argparse.Namespace) -> int:
    """Prints the endpoints with authentication and sensitive data."""
    endpoints = ask(given, "/api/endpoints")["endpoints"]
    if given.json:
        print(json.dumps(endpoints, indent=2))
        return 0
    for each in endpoints:
        print(printable(line(each)))
    return 0


def line(each: dict[str, Any]) -> str:
    """One endpoint in words."""
    told = [f"{each['requests']:,} requests", ", ".join(each["authentication"]) or "authentication unknown"]
    told += [", ".join(each["sensitive_data"])] if each["sensitive_data"] else []
    told += [f"{each['attacks']:,} attacks"] if each["attacks"] else []
    return f"{each['service']}  {each['method']:6} {each['route']}  {' · '.join(told)}"


def export(given: argparse.Namespace) -> int:
    """Prints or writes the document."""
    text = json.dumps(ask(given, "/api/openapi"), ensure_ascii=False, indent=2) + "\n"
    if not given.output:
        sys.stdout.write(text)
        return 0
    try:
        Path(given.output).write_text(text, encoding="utf-8")
    except OSError as error:
        return complain(f"cannot write {given.output}: {error.strerror}")
    print(f"written to {given.output}", file=sys.stderr)
    return 0


def refusal(error: urllib.error.HTTPError) -> str:
    """What the agent said, with the services that it knows."""
    try:
        told = json.load(error)
    except ValueError:
        return f"the agent answered {error.code}"
    known = ", ".join(told.get("services", ())) or "none yet"
    return printable(f"{told.get('error', error.code)}; services: {known}")


def complain(text: str) -> int:
    """Says what is wrong; exit code 1."""
    print(f"vedette api: {text}", file=sys.stderr)
    return 1


def printable(text: str) -> str:
    """Text without what a terminal would act on: names of endpoints are made of what somebody sent."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
