"""The list of traces, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.statements import Row, filled, rows, statement
from vedette.agent.query.terms import Term, condition, reads_text

MOST_TRACES = 500
END_OF_TIME = (1 << 64) - 1
# How many of the newest spans to look at first: enough for a full page of ordinary traces, and 20 times quicker to
# read than a million spans.
WINDOWS = (100_000, 1_000_000)
LOOK = 500_000
"""Spans whose whole text is read for one page: ten million would take seconds. The next page goes on from there."""
CANDIDATES = 20
"""How many of the longest spans belong to one of the slowest traces, as a rule."""


@dataclass(frozen=True)
class TracePage:
    """Traces, and where the next page begins."""

    traces: list[Row]
    before: int | None
    """Pass on as `before` to get older ones; None if there are none."""
    below: int | None = None
    """Pass on as `below`, too: spans from this number on have been looked at. None: from the newest on."""


def list_traces(
    cursor: duckdb.DuckDBPyConnection,
    terms: list[Term],
    newest: int,
    limit: int = 50,
    before: int | None = None,
    period: Period | None = None,
    below: int | None = None,
) -> TracePage:
    """The newest traces that have a span matching all terms.

    Args:
        newest: number of the newest stored span.
        limit: traces wanted, at most 500.
        before: only those whose first match started earlier than this (ns since the epoch).
        period: only matches that started in it.
        below: only matches with a smaller number than this.
    """
    limit = max(1, min(limit, MOST_TRACES))
    where, values = condition(terms)
    if period is not None:
        where, values = f"{where} AND start >= ? AND start < ?", [*values, period.start, period.end]
    recent = before is None and below is None and (period is None or period.name != "")
    top = _top(cursor, newest if below is None else below - 1, None if recent else period)
    bottom = max(top - LOOK, 0) if reads_text(terms) else 0
    text, found = statement("matching_traces").replace("{condition}", where), list[Row]()
    for floor in _floors(top, bottom, recent):
        found = rows(cursor, text, [floor, top, *values, END_OF_TIME if before is None else before, limit + 1])
        if len(found) > limit:
            break
    traces = rows(cursor, statement("trace_summaries"), [[str(match["trace_id"]) for match in found[:limit]]])
    if len(found) > limit:
        return TracePage(traces, found[limit - 1]["first_match"], below)
    return TracePage(traces, None, bottom + 1 if bottom else None)


def _floors(top: int, bottom: int, recent: bool) -> list[int]:
    """Below which numbers not to look: the first that leaves enough traces does."""
    windows = [top - window for window in WINDOWS if top - window > bottom] if recent else []
    return [*windows, bottom]


def _top(cursor: duckdb.DuckDBPyConnection, top: int, period: Period | None) -> int:
    """The number to look down from: that of a period's newest span, if it is long over."""
    if period is None:
        return top
    found = rows(cursor, "SELECT max(seq) AS top FROM spans WHERE start >= ? AND start < ?", [period.start, period.end])
    return min(top, found[0]["top"] or 0)


def slowest_traces(cursor: duckdb.DuckDBPyConnection, terms: list[Term], period: Period, limit: int = 50) -> list[Row]:
    """The traces of a period with the longest spans that match all terms, slowest first; at most 500.

    Where the whole text of spans has to be read, only the newest 500,000 of the period are looked at.
    """
    where, values = condition(terms)
    floor = max(_top(cursor, END_OF_TIME, period) - LOOK, 0) if reads_text(terms) else 0
    most = max(1, min(limit, MOST_TRACES))
    where = f"start >= ? AND start < ? AND seq > ? AND {where}"
    text = filled("slowest_traces", {"condition": where})
    wanted = [period.start, period.end, floor, *values]
    found: list[Row] = []
    for least in _bounds(cursor, where, wanted, most):
        found = rows(cursor, text, [*wanted, least, most])
        if len(found) == most:
            break
    order = [str(row["trace_id"]).replace("-", "") for row in found]
    by_id = {row["trace_id"]: row for row in rows(cursor, statement("trace_summaries"), [order])}
    return [by_id[trace_id] for trace_id in order if trace_id in by_id]


def _bounds(cursor: duckdb.DuckDBPyConnection, where: str, wanted: list[Any], most: int) -> Iterator[int]:
    """Durations (ns) above which all of the slowest traces may be found: comparing is quicker than sorting."""
    longest = f"SELECT duration FROM spans WHERE {where} ORDER BY duration DESC LIMIT 1 OFFSET {most * CANDIDATES}"
    found = rows(cursor, longest, wanted)
    least = int(found[0]["duration"]) if found else 0
    while least:
        yield least
        least //= 4
    yield 0
