"""Endpoints in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from vedette.agent.inventory import endpoint as endpoints
from vedette.agent.inventory.endpoint import Endpoint, Identity
from vedette.agent.inventory.room import OF_ALL, OF_ONE

READ = "SELECT service, method, route, known FROM endpoints"
REMOVE = "DELETE FROM endpoints WHERE service = ? AND method = ? AND route = ?"
COLUMNS = {"service": "VARCHAR", "method": "VARCHAR", "route": "VARCHAR", "last_seen": "UBIGINT", "known": "VARCHAR"}
# One text for all: a statement for each would take seconds where there are hundreds.
ADD = (
    f"INSERT OR REPLACE INTO endpoints SELECT {', '.join(f'unnest(batch.{name})' for name in COLUMNS)} "
    f"FROM (SELECT from_json_strict(?, '{json.dumps({name: [kind] for name, kind in COLUMNS.items()})}') AS batch)"
)


def read(cursor: duckdb.DuckDBPyConnection) -> tuple[dict[Identity, Endpoint], int]:
    """What was saved, and up to which span it was learned. What can't be read is left out."""
    known: dict[Identity, Endpoint] = {}
    left = OF_ALL
    for service, method, route, told in cursor.execute(READ).fetchall():
        identity = Identity(service, method, route)
        try:
            one = endpoints.from_json(identity, json.loads(told), min(OF_ONE, left))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        known[identity] = one
        left -= one.room.held
    row = cursor.execute("SELECT max(seq) FROM endpoints_progress").fetchone()
    return known, int(row[0]) if row and row[0] is not None else 0


def write(cursor: duckdb.DuckDBPyConnection, changed: list[Endpoint], gone: Iterable[Identity], seq: int) -> None:
    """Saves what has changed together with the progress.

    Raises:
        duckdb.Error: nothing of it was saved.
    """
    cursor.begin()
    try:
        for identity in gone:
            cursor.execute(REMOVE, list(identity))
        if changed:
            rows = {tuple(row[:3]): row for row in map(_row, changed)}
            cursor.execute(ADD, [json.dumps(dict(zip(COLUMNS, zip(*rows.values()))))])
        cursor.execute("DELETE FROM endpoints_progress")
        cursor.execute("INSERT INTO endpoints_progress VALUES (?)", [seq])
        cursor.commit()
    except duckdb.Error:
        cursor.rollback()
        raise


def _row(known: Endpoint) -> list[Any]:
    told = json.dumps(endpoints.as_json(known), ensure_ascii=False, separators=(",", ":"))
    # Half surrogates, which a sender may make up, can't be stored.
    return [*(_whole(name) for name in known.identity), known.last_seen, _whole(told)]


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
