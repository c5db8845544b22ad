"""What is known of cells from earlier runs: with which fingerprint they passed, and how long they took."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypedDict

from proving import package, tests
from proving.cells import Cell
from proving.exclusive import exclusive


class State(TypedDict):
    """Of one cell."""

    passed_with: str
    seconds: float


def read() -> dict[str, State]:
    """By the cell's name."""
    file = package.CACHE / "state.json"
    known: dict[str, State] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: state for name, state in known.items() if isinstance(state, dict)}


def write(cell: Cell, fingerprint: str, seconds: float) -> None:
    """Remembers that the cell needs not be run again."""
    file = package.CACHE / "state.json"
    with exclusive(file):
        state: State = {"passed_with": fingerprint, "seconds": round(seconds, 1)}
        file.write_text(json.dumps({**read(), cell.name: state}, indent=1), encoding="utf-8")


def due(cells: Iterable[Cell]) -> list[Cell]:
    """The cells that did not pass, or that depend on something that changed since."""
    known = read()
    now: dict[str, str] = {}
    left = []
    for cell in cells:
        name = cell.integration.name
        if name not in now:
            now[name] = tests.fingerprint_of(name)
        if cell.name not in known or known[cell.name]["passed_with"] != now[name]:
            left.append(cell)
    return left
