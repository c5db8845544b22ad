"""Follow the traces that the embedded agent receives, in the terminal.

Runs until Ctrl-C. Exit code 0 after that, 1 if no agent answers, 2 for wrong options.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from vedette.agent.address import URL
from vedette.cli._span_notes import notes

PAUSE = 0.5
"""Seconds between two questions to the agent."""
LATE = 1.0
"""Seconds after which the tree of a trace is asked for: its spans come from several processes."""
MOST = 200
"""Traces asked for at once; when more come meanwhile, the oldest of them are left out, and that is said."""
PLAIN, DIM, RED, PURPLE, CYAN = "", "2", "31", "35", "36"
TraceSummary = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Follow until Ctrl-C; returns the exit code."""
    given = parser().parse_args(arguments)
    agent = Agent(given.url, " ".join(given.search))
    try:
        return follow(agent, Printer(sys.stdout, given.json, given.tree), given.last)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # whoever read has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        print(f"vedette tail: no agent answers at {given.url} ({reason}). Start one: vedette agent", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette tail", description=(__doc__ or "").split("\n\n")[0])
    made.add_argument(
        "search", nargs="*", help="only what matches, as in the page: error, attack, service:orders, min:10ms"
    )
    made.add_argument("--url", default=URL, help="address of the agent (default %(default)s)")
    made.add_argument("--tree", action="store_true", help="show the spans of each trace")
    made.add_argument("--json", action="store_true", help="one JSON object per trace and line")
    made.add_argument(
        "--last", type=int, default=10, metavar="N", help="begin with the last N traces (default %(default)s)"
    )
    return made


class Agent:
    """The agent that is asked."""

    def __init__(self, url: str, search: str) -> None:
        self._url = url.rstrip("/")
        self._search = search

    def newest(self, limit: int) -> list[TraceSummary]:
        """The newest traces, oldest first."""
        query = urllib.parse.urlencode({"q": self._search, "limit": limit})
        found: list[TraceSummary] = self._get(f"/api/traces?{query}")["traces"]
        return found[::-1]

    def spans(self, trace_id: str) -> list[dict[str, Any]]:
        """The spans of a trace in reading order; none if it is gone."""
        try:
            return list(self._get(f"/api/trace/{trace_id}")["spans"])
        except urllib.error.HTTPError:
            return []

    def _get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self._url + path, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


def follow(agent: Agent, printer: Printer, last: int) -> int:
    """Prints the last traces, and then each new one."""
    seen: dict[str, None] = dict.fromkeys(trace["trace_id"] for trace in agent.newest(MOST))
    for trace in agent.newest(max(last, 0)) if last > 0 else []:
        printer.show(trace, agent)
    while True:
        time.sleep(PAUSE)
        fresh = [trace for trace in agent.newest(MOST) if trace["trace_id"] not in seen]
        if len(fresh) == MOST:
            printer.note(f"more than {MOST} traces at once: some are left out")
        if fresh and printer.tree:
            time.sleep(LATE)
        for trace in fresh:
            seen[trace["trace_id"]] = None
            printer.show(trace, agent)
        while len(seen) > 50 * MOST:
            del seen[next(iter(seen))]


class Printer:
    """Writes traces as lines, trees or JSON; with colours if somebody can see them."""

    def __init__(self, out: TextIO, as_json: bool, tree: bool) -> None:
        self.tree = tree
        self._out = out
        self._json = as_json
        self._coloured = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._width = shutil.get_terminal_size((120, 24)).columns if out.isatty() else 0

    def note(self, text: str) -> None:
        """Something about the stream, not in it."""
        print(f"vedette tail: {text}", file=sys.stderr)

    def show(self, trace: TraceSummary, agent: Agent) -> None:
        """One trace."""
        spans = agent.spans(trace["trace_id"]) if self.tree else []
        if self._json:
            self._out.write(json.dumps({**trace, "tree": spans} if self.tree else trace) + "\n")
        else:
            self._line(head(trace))
            for span, depth in levels(spans):
                self._line(branch(span, depth))
                for text in notes(span):
                    self._line([(indented("", depth + 1), DIM), (text, PURPLE if span["attack"] else RED)])
        self._out.flush()

    def _line(self, parts: list[tuple[str, str]]) -> None:
        room = self._width or 10_000
        for text, style in parts:
            shown = printable(text)[:room]
            room -= len(shown)
            self._out.write(f"\x1b[{style}m{shown}\x1b[0m" if style and self._coloured and shown else shown)
        self._out.write("\n")


def printable(text: str) -> str:
    """Text without what a terminal would act on: spans contain what attackers sent."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def head(trace: TraceSummary) -> list[tuple[str, str]]:
    """The line of a trace."""
    root = trace["root"]
    marks = [("  blocked" if trace["blocked"] else "  attack", PURPLE)] if trace["attacks"] else []
    marks += [("  error", RED)] if trace["errors"] else []
    return [
        (clock(trace["start"]), DIM),
        (f"  {duration(trace['duration']):>9}  ", PLAIN),
        (root["service"], CYAN),
        (f"  {root['resource'] or root['name']}", PLAIN),
        (f"  {root['status']}", RED if root["status"].startswith("5") else PLAIN),
        *marks,
        (f"  {trace['spans']} {'span' if trace['spans'] == 1 else 'spans'}  {trace['trace_id']}", DIM),
    ]


def branch(span: dict[str, Any], depth: int) -> list[tuple[str, str]]:
    """The line of a span in its tree."""
    style = PURPLE if span["attack"] else RED if span["error"] else PLAIN
    resource = "" if span["resource"] == span["name"] else f"  {span['resource']}"
    return [(indented(duration(span["duration"]), depth), DIM), (span["name"], style), (resource, DIM)]


def indented(took: str, depth: int) -> str:
    """What stands left of a line of a tree."""
    return " " * 14 + f"{took:>9}  " + "  " * min(depth, 20)


def levels(spans: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], int]]:
    """Spans (each after its parent) with their depth."""
    depths: dict[str, int] = {}
    for span in spans:
        depth = depths.get(span["parent_id"], -1) + 1
        depths.setdefault(span["span_id"], depth)
        yield span, depth


def clock(nanoseconds: int) -> str:
    """The time of day; question marks for what is no time."""
    try:
        return f"{datetime.fromtimestamp(nanoseconds / 1e9):%H:%M:%S.%f}"[:12]
    except (OverflowError, ValueError, OSError):
        return "??:??:??.???"


def duration(nanoseconds: int) -> str:
    """Milliseconds or seconds."""
    return f"{nanoseconds / 1e6:.2f} ms" if nanoseconds < 1e9 else f"{nanoseconds / 1e9:.2f} s"
