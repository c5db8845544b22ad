"""Work of one kind in groups: endpoints, queries, outgoing calls, jobs. Rate, errors, durations; most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb

from vedette.agent.query.rolled import rolled
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import SPARKS, size_of
from vedette.agent.query.statements import Row, filled, rows
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
    mark: str
    """The column of `works` that says the same as the condition."""
    work_keys: dict[str, str]
    """Name to the column of `works` that has it."""
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

    @property
    def one_work(self) -> str:
        """The condition of one group's works."""
        return " AND ".join([self.mark, *(f"{column} = ?" for column in self.work_keys.values())])

    @property
    def work_columns(self) -> str:
        """The keys for a SELECT from `works`."""
        return ", ".join(f"{column} AS {name}" for name, column in self.work_keys.items())


ENDPOINTS = Kind(
    "endpoints",
    REQUESTS,
    {"owner": "service", "resource": "resource"},
    "is_request",
    {"owner": "service", "resource": "resource"},
)
STATEMENTS = Kind(
    "queries",
    QUERIES,
    {"owner": OWNER, "store": "service", "type": "type", "resource": "resource"},
    "is_query",
    {"owner": "owner", "store": "service", "type": "type", "resource": "resource"},
)
CALLS = Kind(
    "outgoing",
    OUTGOING,
    {"owner": OWNER, "peer": PEER, "method": METHOD, "resource": "resource"},
    "is_call",
    {"owner": "owner", "peer": "peer", "method": "method", "resource": "resource"},
)
WORK = Kind(
    "jobs",
    JOBS,
    {"owner": "service", "name": "name", "resource": "resource"},
    "is_job",
    {"owner": "service", "name": "name", "resource": "resource"},
)


def groups(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, order: str = "", page: int = 1, text: str = ""
) -> list[Row]:
    """The groups of a page, 50 each; `groups` of each row is the number of all, `everything` their time in ns.

    Args:
        order: one of `ORDERS`; the kind's own by default.
        text: only those whose resource contains it.
    """
    contains = "contains(lower(resource), lower(?))" if text else "true"
    limits = Limits(contains, contains, [text] if text else [])
    return _found(cursor, kind, scope, limits, ORDERS.get(order, kind.order), PAGE, (page - 1) * PAGE)


def group(cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, values: dict[str, str]) -> Row | None:
    """One group, or None if nothing of it is in the period."""
    condition, wanted = kind.one(values)
    found = _found(cursor, kind, scope, Limits(condition, kind.one_work, wanted), "calls", 1, 0)
    return found[0] if found else None


class Limits(NamedTuple):
    """Which of the groups: a condition for spans, the same for `works`, and the values of either."""

    condition: str
    works: str
    values: list[Any]


def _found(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, limits: Limits, order: str, limit: int, offset: int
) -> list[Row]:
    where, values = scope.condition(kind.condition, limits.condition)
    parts = {"keys": kind.columns, "names": kind.names, "condition": where, "order": order}
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    with rolled(cursor, scope.period) as part:
        if part is None:
            return rows(cursor, filled("groups", parts), [*spark, *values, *limits.values, limit, offset])
        works, of_works = scope.whose(kind.mark, limits.works, owner="owner")
        by_duration = order.startswith("quantiles")
        page = "" if by_duration else f"ORDER BY {order} DESC, {kind.names} LIMIT {limit} OFFSET {offset}"
        parts = {**part.parts(), **parts, "work_keys": kind.work_columns, "work_condition": works, "page": page}
        wanted = [*values, *limits.values, *of_works, *limits.values, *spark, *spark]
        return rows(cursor, filled("groups_rolled", parts), [*wanted, limit, offset if by_duration else 0])


def repeats(cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, newest: int) -> dict[tuple[str, ...], Row]:
    """Groups that occur at least ten times in one trace: `most`, and the `trace_id`.

    Args:
        newest: number of the newest stored span.
    """
    where, values = scope.condition(kind.condition)
    parts = {"keys": kind.columns, "names": kind.names, "condition": where}
    found = rows(cursor, filled("repeats", parts), [*values, max(newest - LOOK, 0), SUSPICIOUS])
    return {tuple(row[name] for name in kind.keys): row for row in found}


def callers(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, scope: Scope, values: dict[str, str], newest: int
) -> list[Row]:
    """In which requests and jobs a group occurs, most first: of the newest 200,000 spans, or of ten times as many.

    Args:
        newest: number of the newest stored span.
    """
    condition, wanted = kind.one(values)
    where, parameters = scope.condition(condition)
    text, found = filled("callers", {"condition": where, "entry": ENTRY}), list[Row]()
    for look in (2 * LOOK, 20 * LOOK):
        floor = max(newest - look, 0)
        found = rows(cursor, text, [*parameters, *wanted, floor, max(floor - look, 0)])
        if found or not floor:
            break
    return found
