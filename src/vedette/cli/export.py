"""Write traces that the agent keeps to a file: JSON lines, OTLP JSON, or Parquet.

Works beside a running agent, and without one. Exit code 0 when done, 1 if the traces can't be had or the file not be
written, 2 for wrong options, 3 if packages are missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

FORMATS = {".jsonl": "lines", ".ndjson": "lines", ".json": "otlp", ".parquet": "parquet"}
"""By the end of the file's name."""


def main(arguments: list[str]) -> int:
    """Write the file; returns the exit code."""
    given = parser().parse_args(arguments)
    if importlib.util.find_spec("duckdb") is None:
        print("vedette export needs duckdb: pip install 'vedette[agent]'", file=sys.stderr)
        return 3
    return write(given)


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="vedette export", description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("file", type=Path, help="where to: .jsonl, .json (OTLP) or .parquet; - for standard output")
    made.add_argument("search", nargs="*", help="only traces that match, as in the page: service:shop, trace:ID, error")
    made.add_argument("--format", choices=sorted(set(FORMATS.values())), help="instead of what the name says")
    made.add_argument("--data", type=Path, metavar="DIR", help="data folder of the agent, if it is not the usual one")
    made.add_argument("--url", default="", help="address of an agent that runs elsewhere")
    return made


def write(given: argparse.Namespace) -> int:
    """Read the spans, and write them."""
    # Here, as in `main`.
    import duckdb

    # As above.
    from vedette.agent.client import NoAnswer
    from vedette.agent.exchange.ends import end_of
    from vedette.agent.store import StoreError

    form = given.format or ("lines" if str(given.file) == "-" else FORMATS.get(given.file.suffix))
    if form is None or (form == "parquet" and str(given.file) == "-"):
        print("vedette export: name the file .jsonl, .json or .parquet, or give --format", file=sys.stderr)
        return 2
    try:
        with end_of(given.data, given.url) as source:
            count = WRITERS[form](given.file, source.read(" ".join(given.search)))
    except (NoAnswer, StoreError, OSError, duckdb.Error) as error:
        print(f"vedette export: {error}", file=sys.stderr)
        return 1
    print(f"{count:,} spans", file=sys.stderr)
    return 0


def _lines(path: Path, batches) -> int:  # type: ignore[no-untyped-def]
    return _text(path, batches, lambda spans: "".join(json.dumps(span) + "\n" for span in spans))


def _otlp(path: Path, batches) -> int:  # type: ignore[no-untyped-def]
    """One request a line, as the Collector's file exporter writes them."""
    from vedette.agent.exchange.otlp import request  # as in `main`

    return _text(path, batches, lambda spans: request(spans).decode() + "\n")


def _text(path: Path, batches, text) -> int:  # type: ignore[no-untyped-def]
    count = 0
    with open(1, "w", encoding="utf-8", closefd=False) if str(path) == "-" else path.open("w", encoding="utf-8") as out:
        for spans in batches:
            out.write(text(spans) if spans else "")
            count += len(spans)
    return count


def _parquet(path: Path, batches) -> int:  # type: ignore[no-untyped-def]
    from vedette.agent.exchange.parquet import Writing  # as in `main`

    writing, count = Writing(path), 0
    for spans in batches:
        if spans:
            writing.add(spans)
        count += len(spans)
    writing.close()
    return count


WRITERS = {"lines": _lines, "otlp": _otlp, "parquet": _parquet}
