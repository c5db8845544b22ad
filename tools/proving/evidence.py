"""What the matrix proved: one record for each integration, version and Python, in `docs/generated/evidence.json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypedDict

from proving.exclusive import exclusive
from vedette.instrument.versions import numbers

FILE = Path(__file__).resolve().parents[2] / "docs" / "generated" / "evidence.json"


class Record(TypedDict):
    """One cell that was tried."""

    integration: str
    version: str
    python: str
    result: str
    """`passed`, `failed`, or why there was nothing to test: `not installable`, `not importable`, `skipped`."""
    tests: int
    """How many passed."""
    date: str
    commit: str
    """Short hash; `+` behind it if files were changed after it."""
    reason: str
    """Why the library does not run there, or empty."""


def read(file: Path = FILE) -> list[Record]:
    """All records."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def add(record: Record, file: Path = FILE) -> None:
    """Adds a record in the place of the last one of the same cell."""
    with exclusive(file):
        # What could not be installed as the latest has no number; it may be another one now.
        replaced = {_cell(record), (record["integration"], "latest", record["python"])}
        kept = [each for each in read(file) if _cell(each) not in replaced]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text([*kept, record]), encoding="utf-8")


def keep(wanted: Callable[[Record], bool], file: Path = FILE) -> None:
    """Forgets what is not wanted any more, such as versions that are not declared now."""
    with exclusive(file):
        records = read(file)
        kept = [each for each in records if wanted(each)]
        if len(kept) < len(records):
            file.write_text(text(kept), encoding="utf-8")


def text(records: Iterable[Record]) -> str:
    """The file's text: a record a line, in a fixed order, so that a difference shows what changed."""
    lines = [json.dumps(record) for record in sorted(records, key=_order)]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _cell(record: Record) -> tuple[str, str, str]:
    return record["integration"], record["version"], record["python"]


def _order(record: Record) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    return record["integration"], numbers(record["version"]), numbers(record["python"])
