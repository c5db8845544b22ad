"""Rates, shares and percentiles of groups, as tables show them."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.query.period import Period
from vedette.agent.query.series import SPARKS, Series
from vedette.agent.query.statements import Row

RARE = {1: "once", 2: "twice"}
"""What happened so seldom has no rate."""
ALARMING = 1.0
"""Percent of errors from which on the share is marked."""


def figures(row: Row, period: Period) -> dict[str, Any]:
    """What is said of every group: calls, rate, errors, durations, a small chart, when last."""
    quantiles = row["quantiles"] or (0, 0, 0)
    return {
        "calls": f"{row['calls']:,}",
        "rate": RARE.get(row["calls"]) or rate(row["calls"], seconds_seen(row, period)),
        "errors": row["errors"],
        "error_share": share(row["errors"], row["calls"]),
        "alarming": bool(row["errors"]) and 100 * row["errors"] >= ALARMING * row["calls"],
        "attacks": row["attacks"],
        **{name: units.duration(int(value)) for name, value in zip(("p50", "p95", "p99"), quantiles)},
        "p95_ns": int(quantiles[1]),
        "mean": units.duration(int(row["total"] / row["calls"])) if row["calls"] and row["total"] else "",
        "spark": spark(row["buckets"]),
        "last": row["last"],
    }


def seconds_seen(row: Row, period: Period) -> float:
    """The part of the period that rates are reckoned by: from its first bucket with calls to its end."""
    first = min(row["buckets"], default=0) if row["buckets"] else 0
    return max(period.seconds * (SPARKS - int(first)) / SPARKS, 1.0)


def rate(count: int, seconds: float) -> str:
    """`12.3/s`, `4.1/min`, `0.2/h`: in the unit in which it is a number that one can imagine."""
    per_second = count / seconds
    for unit, length in (("s", 1), ("min", 60), ("h", 3600)):
        value = per_second * length
        if value >= 1 or unit == "h":
            return f"{value:,.0f}/{unit}" if value >= 100 else f"{value:.3g}/{unit}"
    return ""


def share(part: int, whole: int) -> str:
    """`0.4 %`; never 0 % or 100 % of what is not none or all."""
    if not part or not whole:
        return ""
    percent = 100 * part / whole
    if percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if 99.9 > percent < 10 else f"{percent:.0f} %"


def spark(buckets: dict[int, int] | None) -> list[float]:
    """Counts per bucket as percent of the highest."""
    found = buckets or {}
    highest = max(found.values(), default=0)
    return [units.percent(found.get(n, 0), highest) for n in range(SPARKS)]


def charts(over_time: Series) -> list[dict[str, Any]]:
    """Calls, errors and durations over time, for `charts.js`."""
    times = [(over_time.period.start + n * over_time.size) / 1e9 for n in range(len(over_time.buckets))]
    seconds = over_time.size / 1e9
    calls = [row["calls"] / seconds for row in over_time.buckets]
    errors = [row["errors"] / seconds for row in over_time.buckets]
    return [
        _chart("calls", "Rate", "per_second", times, [("calls", "calls", calls), ("errors", "error", errors)]),
        _chart("latency", "Duration", "ms", times, _durations(over_time.buckets)),
    ]


def _durations(buckets: list[Row]) -> list[tuple[str, str, list[float | None]]]:
    names = (("p50", "p50"), ("p95", "p95"), ("p99", "p99"))
    return [
        (name, kind, [row["quantiles"][n] / 1e6 if row["quantiles"] else None for row in buckets])
        for n, (name, kind) in enumerate(names)
    ]


def _chart(name: str, title: str, unit: str, times: list[float], lines: list[tuple[str, str, Any]]) -> dict[str, Any]:
    told = [{"name": name, "kind": kind, "values": values, "told": _latest(values)} for name, kind, values in lines]
    return {"id": name, "title": title, "unit": unit, "data": {"times": times, "series": told}}


def _latest(values: list[float | None]) -> str:
    value = next((value for value in reversed(values) if value is not None), None)
    return "none" if value is None else f"{value:.3g}"
