"""The list of traces, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.statements import Row, rows, statement
from vedette.agent.query.terms import Term, condition

MOST_TRACES = 500
END_OF_TIME = (1 << 64) - 1
# How many of the newest spans to look at first: enough for a full page of ordinary traces, and 20 times quicker to
# read than a million spans.
WINDOW = 100_000


@dataclass(frozen=True)
class TracePage:
    """Traces, and where the next page begins."""

    traces: list[Row]
    before: int | None
    """Pass on as `before` to get older ones; None if there are none."""


def list_traces(
    cursor: duckdb.DuckDBPyConnection,
    terms: list[Term],
    newest: int,
    limit: int = 50,
    before: int | None = None,
    period: Period | None = None,
) -> TracePage:
    """The newest traces that have a span matching all terms.

    Args:
        newest: number of the newest stored span.
        limit: traces wanted, at most 500.
        before: only those whose first match started earlier than this (ns since the epoch).
        period: only matches that started in it.
    """
    limit = max(1, min(limit, MOST_TRACES))
    recent = before is None and (period is None or period.name != "")
    matches = _matches(cursor, terms, max(newest - WINDOW, 0) if recent else 0, before, limit, period)
    if len(matches) <= limit and recent and newest > WINDOW:
        matches = _matches(cursor, terms, 0, before, limit, period)
    page = matches[:limit]
    traces = rows(cursor, statement("trace_summaries"), [[str(match["trace_id"]) for match in page]])
    return TracePage(traces, page[-1]["first_match"] if len(matches) > limit else None)


def _matches(
    cursor: duckdb.DuckDBPyConnection,
    terms: list[Term],
    floor: int,
    before: int | None,
    limit: int,
    period: Period | None,
) -> list[Row]:
    """One more than `limit`, to know whether there is a next page."""
    where, values = condition(terms)
    if period is not None:
        where, values = f"{where} AND start >= ? AND start < ?", [*values, period.start, period.end]
    text = statement("matching_traces").replace("{condition}", where)
    parameters: list[Any] = [floor, *values, END_OF_TIME if before is None else before, limit + 1]
    return rows(cursor, text, parameters)


def slowest_traces(cursor: duckdb.DuckDBPyConnection, terms: list[Term], period: Period, limit: int = 50) -> list[Row]:
    """The traces of a period with the longest spans that match all terms, slowest first; at most 500."""
    where, values = condition(terms)
    text = statement("slowest_traces").replace("{condition}", f"start >= ? AND start < ? AND {where}")
    found = rows(cursor, text, [period.start, period.end, *values, max(1, min(limit, MOST_TRACES))])
    order = [str(row["trace_id"]).replace("-", "") for row in found]
    by_id = {row["trace_id"]: row for row in rows(cursor, statement("trace_summaries"), [order])}
    return [by_id[trace_id] for trace_id in order if trace_id in by_id]
