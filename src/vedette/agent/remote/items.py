"""What an operator wants, one wish per item, and where items are kept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import duckdb

KINDS = {
    "settings": "Settings of a service: mode of protection, sampling, logs",
    "address": "Address or network that is denied",
    "user": "User who is denied",
    "session": "Session that is denied",
    "allow": "Address or network that is never refused",
    "rule": "Mode of one rule: off, monitor, block",
    "exclusion": "Inputs and routes that rules pass over",
    "custom-rule": "A rule of one's own",
    "config": "A configuration of any product, as it is",
}
LISTS = ("address", "user", "session", "allow")
"""Kinds of entries of lists, of which there may be very many."""


class Item(NamedTuple):
    """One wish."""

    kind: str
    id: str
    service: str = ""
    """Empty for all services."""
    env: str = ""
    """Empty for all environments."""
    value: Any = None
    expires: int = 0
    """Seconds since the epoch; 0 for never."""
    note: str = ""
    changed: int = 0
    """Nanoseconds since the epoch."""

    def is_for(self, service: str, env: str) -> bool:
        """Whether a process is meant; letters' case makes no difference."""
        return self.service.lower() in ("", service.lower()) and self.env.lower() in ("", env.lower())


COLUMNS = ("kind", "id", "service", "env", "value", "expires", "note", "changed")
FORM = json.dumps({name: ["UBIGINT" if name in ("expires", "changed") else "VARCHAR"] for name in COLUMNS})
INSERT = f"""
    INSERT OR REPLACE INTO remote_items
    SELECT {", ".join(f'unnest(batch."{name}")' for name in COLUMNS)}
    FROM (SELECT from_json_strict(?, '{FORM}') AS batch)
"""
BATCH = 20_000
"""Most items of one statement."""


def put(cursor: duckdb.DuckDBPyConnection, items: Sequence[Item]) -> None:
    """Keeps items; those that are there are replaced."""
    now = time.time_ns()
    unique = {(one.kind, one.id, one.service, one.env): one for one in items}
    rows = [one._replace(value=json.dumps(one.value), changed=now) for one in unique.values()]
    for first in range(0, len(rows), BATCH):
        columns = zip(*rows[first : first + BATCH])
        cursor.execute(INSERT, [json.dumps(dict(zip(COLUMNS, columns)))])


def remove(cursor: duckdb.DuckDBPyConnection, kind: str, identity: str, service: str, env: str) -> bool:
    """Forgets an item; whether it was there."""
    condition = "kind = ? AND id = ? AND service = ? AND env = ?"
    row = cursor.execute(f"DELETE FROM remote_items WHERE {condition}", [kind, identity, service, env]).fetchone()
    return bool(row and row[0])


def expire(cursor: duckdb.DuckDBPyConnection, now: int) -> int:
    """Forgets what is over; how many items that were."""
    row = cursor.execute("DELETE FROM remote_items WHERE expires > 0 AND expires <= ?", [now]).fetchone()
    return int(row[0]) if row else 0


def find(
    cursor: duckdb.DuckDBPyConnection,
    kinds: Iterable[str],
    search: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[Item]:
    """Items of some kinds, the newest first; `search` is a part of the id or the note."""
    where, values = _where(kinds, search)
    order = "ORDER BY changed DESC, kind, id, service, env"
    rest = f"LIMIT {int(limit)} OFFSET {int(offset)}" if limit is not None else ""
    rows = cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM remote_items {where} {order} {rest}", values).fetchall()
    return [Item(*row)._replace(value=json.loads(row[4])) for row in rows]


def count(cursor: duckdb.DuckDBPyConnection, kinds: Iterable[str], search: str = "") -> int:
    """How many items `find` has to give."""
    where, values = _where(kinds, search)
    row = cursor.execute(f"SELECT count(*) FROM remote_items {where}", values).fetchone()
    return int(row[0]) if row else 0


def _where(kinds: Iterable[str], search: str) -> tuple[str, list[Any]]:
    where, values = "WHERE list_contains(?, kind)", [list(kinds)]
    if not search:
        return where, values
    return where + " AND (contains(lower(id), ?) OR contains(lower(note), ?))", [*values, *[search.lower()] * 2]


def next_version(cursor: duckdb.DuckDBPyConnection) -> int:
    """A version higher than all before, also than those of a database that was thrown away: it follows the clock."""
    row = cursor.execute("SELECT max(version) FROM remote_version").fetchone()
    version = max(int(row[0]) + 1 if row else 1, time.time_ns() // 1_000_000)
    cursor.execute("UPDATE remote_version SET version = ?", [version])
    return version
