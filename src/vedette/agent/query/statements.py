"""The SQL files, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import duckdb

Row = dict[str, Any]


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (resources.files("vedette.agent.query") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


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
