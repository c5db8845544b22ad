"""Work of one kind in groups: endpoints, queries, outgoing calls, jobs. Rate, errors, durations; most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.scope import Scope
from vedette.agent.query.series import SPARKS, size_of
from vedette.agent.query.statements import Row, rows, statement
from vedette.agent.store.work import ENTRY, JOBS, METHOD, OUTGOING, OWNER, PEER, QUERIES, REQUESTS

PAGE = 50
ORDERS = {
    "calls": "calls",
    "total": "total",
    "errors": "errors",
    "attacks": "attacks",
    "p50": "quantiles[1]",
    "p95": "quantiles[2]",
    "p99": "quantiles[3]",
    "longest": "longest",
    "last": "last",
}
LOOK = 100_000
"""Newest spans in which loops are looked for."""
SUSPICIOUS = 10
"""The same query so often in one trace looks like a loop."""


@dataclass(frozen=True)
class Kind:
    """A kind of work: which spans, and what makes them the same."""

    name: str
    condition: str
    keys: dict[str, str]
    """Name to SQL."""
    order: str = "total"

    @property
    def columns(self) -> str:
        """The keys for a SELECT."""
        return ", ".join(f"{sql} AS {name}" for name, sql in self.keys.items())

    @property
    def names(self) -> str:
        """The keys for a GROUP BY."""
        return ", ".join(self.keys)

    def one(self, values: dict[str, str]) -> tuple[str, list[Any]]:
        """The condition of one group's spans."""
        parts = [self.condition, *(f"{sql} = ?" for sql in self.keys.values())]
        return " AND ".join(parts), [values.get(name, "") for name in self.keys]


ENDPOINTS = Kind("endpoints", REQUESTS, {"owner": "service", "resource": "resource"})
STATEMENTS = Kind("queries", QUERIES, {"owner": OWNER, "store": "service", "type": "type", "resource": "resource"})
CALLS = Kind("outgoing", OUTGOING, {"owner": OWNER, "peer": PEER, "method": METHOD, "resource": "resource"})
WORK = Kind("jobs", JOBS, {"owner": "service", "name": "name", "resource": "resource"})


def groups(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, order: str = "", page: int = 1, text: str = ""
) -> list[Row]:
    """The groups of a page, 50 each; `groups` of each row is the number of all, `everything` their time in ns.

    Args:
        order: one of `ORDERS`; the kind's own by default.
        text: only those whose resource contains it.
    """
    contains = "contains(lower(resource), lower(?))" if text else "true"
    where, values = scope.condition(kind.condition, contains)
    parts = {
        "keys": kind.columns,
        "names": kind.names,
        "condition": where,
        "order": ORDERS.get(order, kind.order),
    }
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    parameters = [*spark, *values, *([text] if text else []), PAGE, (page - 1) * PAGE]
    return rows(cursor, filled("groups", parts), parameters)


def group(cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, values: dict[str, str]) -> Row | None:
    """One group, or None if nothing of it is in the period."""
    condition, wanted = kind.one(values)
    where, parameters = scope.condition(condition)
    parts = {"keys": kind.columns, "names": kind.names, "condition": where, "order": "calls"}
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    found = rows(cursor, filled("groups", parts), [*spark, *parameters, *wanted, 1, 0])
    return found[0] if found else None


def repeats(cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, newest: int) -> dict[tuple[str, ...], Row]:
    """Groups that occur at least ten times in one trace: `most`, and the `trace_id`.

    Args:
        newest: number of the newest stored span.
    """
    where, values = scope.condition(kind.condition)
    parts = {"keys": kind.columns, "names": kind.names, "condition": where}
    found = rows(cursor, filled("repeats", parts), [*values, max(newest - LOOK, 0), SUSPICIOUS])
    return {tuple(row[name] for name in kind.keys): row for row in found}


def callers(cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, values: dict[str, str]) -> list[Row]:
    """In which requests and jobs a group occurs, most first."""
    condition, wanted = kind.one(values)
    where, parameters = scope.condition(condition)
    return rows(cursor, filled("callers", {"condition": where, "entry": ENTRY}), [*parameters, *wanted])


def filled(name: str, parts: dict[str, str]) -> str:
    """A statement with its parts put in; parts are of this program, never of a request."""
    text = statement(name)
    for part, sql in parts.items():
        text = text.replace("{" + part + "}", sql)
    return text
