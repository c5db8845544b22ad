"""What a search may go on with: names of terms, and the values that stored spans have for them."""

from __future__ import annotations

import re
from typing import NamedTuple

import duckdb

from vedette.agent.query.statements import filled, rows, statement
from vedette.agent.query.terms import FIELDS, MARKS, pattern

LOOK, LOOK_INTO_JSON = 100_000, 10_000
"""Newest spans that are looked at for values of columns, and of attributes."""
MOST = 12
LAST = re.compile(r'(?:^|\s)(-?)((?:[^\s":]+:)?(?:"[^"]*|[^\s"]*))$')
KEYS = {
    "service:": "name of the service",
    "op:": "operation, such as flask.request",
    "resource:": "what was asked for, such as GET /users/*",
    "status:": "of the response, such as 404 or 5xx",
    "min:": "took at least, such as 10ms",
    "max:": "took at most, such as 2s",
    "type:": "web, sql, http, ...",
    "kind:": "server, client, producer, consumer, internal",
    "env:": "environment",
    "trace:": "id of a trace",
    "has:error": "failed",
    "has:attack": "protection found something",
    "has:blocked": "protection stopped it",
}
DURATIONS = ("1ms", "10ms", "100ms", "500ms", "1s", "5s")
FIXED = {
    "has": MARKS,
    "min": DURATIONS,
    "max": DURATIONS,
    "duration": tuple(f">{text}" for text in DURATIONS),
}


class Suggestion(NamedTuple):
    """The search with its last term completed."""

    text: str
    """The term."""
    search: str
    """The whole search."""
    about: str


def complete(cursor: duckdb.DuckDBPyConnection, search: str, newest: int) -> list[Suggestion]:
    """At most twelve ways to go on from the end of the search."""
    match = LAST.search(search)
    if match is None:
        return []
    minus, term = match.groups()
    before = search[: match.start(1)]
    key, colon, value = term.partition(":")
    found = _values(cursor, key, value.lstrip('"'), newest) if colon else _names(cursor, term, newest)
    made = [Suggestion(f"{minus}{text}", f"{before}{minus}{text}", about) for text, about in found]
    return [suggestion for suggestion in made if suggestion.search != search][:MOST]


def _names(cursor: duckdb.DuckDBPyConnection, begun: str, newest: int) -> list[tuple[str, str]]:
    known = [(key, about) for key, about in KEYS.items() if begun.lower() in key]
    if not begun:
        return known
    floor = max(newest - LOOK_INTO_JSON // 4, 0)
    named = rows(cursor, statement("attribute_names"), [floor, f"%{pattern(begun)}%", MOST])
    return known + [(f"{row['value']}:", "attribute") for row in named]


def _values(cursor: duckdb.DuckDBPyConnection, key: str, begun: str, newest: int) -> list[tuple[str, str]]:
    if key in FIXED:
        return [(f"{key}:{value}", "") for value in FIXED[key] if begun.lower() in value]
    like = f"%{pattern(begun)}%"
    column = "status" if key == "status" else FIELDS.get(key)
    if column:
        text = filled("column_values", {"column": column})
        found = rows(cursor, text, [max(newest - LOOK, 0), like, MOST])
    else:
        floor = max(newest - LOOK_INTO_JSON, 0)
        path = '$."' + key.replace('"', "") + '"'
        found = rows(cursor, statement("attribute_values"), [path, floor, f'"{key}"', like, MOST])
    return [(f"{key}:{_word(str(row['value']))}", f"{row['number']:,} spans") for row in found]


def _word(value: str) -> str:
    """The value as the language takes it; quotes within become any character."""
    plain = value.replace('"', "*")
    return f'"{plain}"' if re.search(r"\s", plain) or not plain else plain
