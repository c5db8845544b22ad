"""Export what protection found, for other security tools."""

from __future__ import annotations

import dataclasses
import json
import sys
import urllib.error
from pathlib import Path
from typing import Any

import click

from vedette.agent.address import URL
from vedette.cli._found import Reading, of_agent, of_lines
from vedette.cli._sarif import sarif


@click.group()
def command() -> None:
    """What protection found in requests, and in what they led to."""


@command.command()
@click.option("--sarif", "as_sarif", is_flag=True, help="SARIF 2.1.0 instead of JSON lines.")
@click.option("--agent", "url", default=URL, show_default=True, help="Address of the embedded agent to ask.")
@click.option(
    "--from",
    "source",
    type=click.File("r", encoding="utf-8", errors="replace"),
    help="JSON lines instead of an agent: spans, OTLP traces or OTLP logs; - is standard input.",
)
@click.option("--search", default="", help="Only traces that match, as in the page: service:orders, since:1h.")
@click.option("--traces", "most", default=10_000, show_default=True, help="Newest traces to look at.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the sources; paths are told relative to it (default: this one).",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def export(  # one parameter per option
    as_sarif: bool, url: str, source: Any, search: str, most: int, root: Path, output: Path | None
) -> None:
    """Write the findings that an agent has, or that were recorded, as SARIF or as JSON lines.

    Exit code 0; 1 if no agent answers, or if some lines could not be read.
    """
    reading = _read(source, url, search, most)
    if as_sarif:
        text = json.dumps(sarif(reading.found, root), indent=2) + "\n"
    else:
        text = "".join(json.dumps(dataclasses.asdict(finding)) + "\n" for finding in reading.found)
    if output:
        output.write_text(text, encoding="utf-8")
        click.echo(f"{len(reading.found)} findings in {output}", err=True)
    else:
        click.echo(text, nl=False)
    if reading.skipped:
        click.echo(f"vedette findings: {reading.skipped} lines could not be understood", err=True)
        raise SystemExit(1)


def _read(source: Any, url: str, search: str, most: int) -> Reading:
    if source is not None:
        return of_lines(source)
    try:
        return of_agent(url, search, most)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        print(f"vedette findings: no agent answers at {url} ({reason}). Start one: vedette agent", file=sys.stderr)
        raise SystemExit(1) from None
