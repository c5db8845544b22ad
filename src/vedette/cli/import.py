"""Read traces from a file into the agent: JSON lines, OTLP JSON, or Parquet, as `vedette export` writes them.

Works beside a running agent, and without one. Exit code 0 when done, 1 if something could not be read or stored (what
was before it is), 2 for wrong options, 3 if packages are missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 1_000
"""Spans that are handed over at once."""


def main(arguments: list[str]) -> int:
    """Read the file; returns the exit code."""
    given = parser().parse_args(arguments)
    if importlib.util.find_spec("duckdb") is None:
        print("vedette import needs duckdb: pip install 'vedette[agent]'", file=sys.stderr)
        return 3
    # Here, because they need what was looked for above.
    import duckdb

    # As above.
    from vedette.agent.client import NoAnswer
    from vedette.agent.exchange.ends import end_of
    from vedette.agent.store import StoreError

    try:
        with end_of(given.data, given.url) as target:
            count = read(given.file, target)
    except (NoAnswer, StoreError, OSError, ValueError, duckdb.Error) as error:
        print(f"vedette import: {error}", file=sys.stderr)
        return 1
    print(f"{count:,} {'requests' if count and _is_otlp(given.file) else 'spans'}", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette import", description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("file", type=Path, help="what `vedette export` wrote, or a file of OTLP JSON")
    made.add_argument("--data", type=Path, metavar="DIR", help="data folder of the agent, if it is not the usual one")
    made.add_argument(
        "--url",
        default="",
        help="address of an agent that runs elsewhere; its token is in VEDETTE_AGENT_TOKEN, or in the folder of --data",
    )
    return made


def read(path: Path, target: Any) -> int:
    """Hand over what the file holds; how many spans, or requests, that were.

    Raises:
        ValueError: something in it can't be read; the text says where.
    """
    if path.suffix == ".parquet":
        from vedette.agent.exchange.parquet import spans_in  # needs duckdb

        batches = spans_in(path)
    elif _is_otlp(path):
        return _requests(path, target)
    else:
        batches = _batches(path)
    count = 0
    for spans in batches:
        target.write(spans)
        count += len(spans)
    return count


def _is_otlp(path: Path) -> bool:
    if path.suffix == ".parquet":
        return False
    with path.open("rb") as file:
        return b'"resourceSpans"' in file.read(1000)


def _requests(path: Path, target: Any) -> int:
    """One request a line; a file that is one request in many lines is taken whole."""
    with path.open("rb") as file:
        first = file.readline()
        rest = [first, *file]
    try:
        json.loads(first)
    except ValueError:
        rest = [b"".join(rest)]
    for line in rest:
        if line.strip():
            target.write_otlp(line)
    return len(rest)


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    spans = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                spans.append(_span(line, number))
            if len(spans) == BATCH:
                yield spans
                spans = []
    if spans:
        yield spans


def _span(line: bytes, number: int) -> dict[str, Any]:
    from vedette.agent.exchange.lines import row_of  # as in `main`

    try:
        span = json.loads(line)
        row_of(span)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number}: {error}") from None
    return dict(span)
