"""The SQL files, read once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import duckdb

Row = dict[str, Any]
LAST = (1 << 64) - 1
"""No span has a greater number."""


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (resources.files("vedette.agent.query") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@contextlib.contextmanager
def whole(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is read in the block fits together, whatever is stored meanwhile."""
    cursor.begin()
    try:
        yield
    finally:
        cursor.rollback()  # nothing was changed


def rows(cursor: duckdb.DuckDBPyConnection, text: str, parameters: list[Any]) -> list[Row]:
    """Runs a statement; each row by column name."""
    result = cursor.execute(text, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values)) for values in result.fetchall()]


def filled(name: str, parts: dict[str, str]) -> str:
    """A statement with its parts put in; parts are of this program, never of a request."""
    text = statement(name)
    for part, sql in parts.items():
        text = text.replace("{" + part + "}", sql)
    return text
