"""Cells of which the evidence says nothing yet."""

from __future__ import annotations

from collections.abc import Iterable

from proving import evidence
from proving.cells import ITS_PYTHONS, LATEST, STAND_IN, Cell, versions_of
from vedette.instrument.versions import numbers

Release = tuple[int, ...]


def untried(cells: Iterable[Cell]) -> list[Cell]:
    """The cells without a record, whatever it says."""
    known: dict[tuple[str, str], set[Release]] = {}
    for record in evidence.read():
        known.setdefault((record["integration"], record["python"]), set()).add(release(record["version"]))
    return [cell for cell in cells if not _is_among(known.get((cell.integration.name, cell.python), set()), cell)]


def release(version: str) -> Release:
    """A version to compare: 3.0 is 3.0.0."""
    parts = list(numbers(version))
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _is_among(tried: set[Release], cell: Cell) -> bool:
    if cell.version in (STAND_IN, ITS_PYTHONS):
        return bool(tried)
    if cell.version == LATEST:
        named = {release(version) for version in versions_of(cell.integration)[:-1]}
        return any(version >= max(named, default=()) for version in tried)
    return release(cell.version) in tried
