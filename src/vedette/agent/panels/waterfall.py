"""One trace: its spans as a tree beside a time line."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.query.trace import Node, Trace

TICKS = 5
NARROWEST = 0.15
"""Percent: a bar that is thinner can't be seen."""
DEEPEST = 24
"""Levels that are indented; deeper ones stand below each other."""
ROOM = 86
"""A bar that ends after this percentage has its label on its left."""


def waterfall(trace: Trace) -> dict[str, Any]:
    """What the template of the trace shows."""
    root = trace.root
    rows = [_row(node, trace) for node in trace.nodes]
    return {
        "trace_id": trace.trace_id,
        "start": trace.start,
        "title": root["resource"] or root["name"],
        "name": root["name"],
        "service": root["service"],
        "colour": units.colour(root["service"]),
        "status": root["status"],
        "status_class": units.status_class(root["status"], root["error"]),
        "moment": units.moment(trace.start),
        "clock": units.clock(trace.start),
        "duration": units.duration(trace.duration),
        "count": units.count(len(rows), "span"),
        "cut": trace.cut,
        "rows": rows,
        "ticks": _ticks(trace.duration),
        "services": _services(trace),
        **_marks(trace),
    }


def _marks(trace: Trace) -> dict[str, int]:
    spans = [node.span for node in trace.nodes]
    return {
        "errors": sum(bool(span["error"]) for span in spans),
        "attacks": sum(bool(span["attack"]) for span in spans),
        "blocked": sum(bool(span["blocked"]) for span in spans),
    }


def _ticks(duration: int) -> list[dict[str, Any]]:
    return [{"x": 100 * n / TICKS, "text": units.duration(duration * n // TICKS) if n else "0"} for n in range(TICKS)]


def _services(trace: Trace) -> list[dict[str, Any]]:
    """The services that took part, in the order in which they appear."""
    counts: dict[str, int] = {}
    for node in trace.nodes:
        counts[node.span["service"]] = counts.get(node.span["service"], 0) + 1
    return [{"name": name, "colour": units.colour(name), "spans": count} for name, count in counts.items()]


def _row(node: Node, trace: Trace) -> dict[str, Any]:
    span = node.span
    left = units.percent(span["start"] - trace.start, trace.duration)
    width = max(units.percent(span["duration"], trace.duration), NARROWEST)
    left = min(left, 100 - width)
    return {
        "id": f"{span['span_id']:016x}",
        "depth": min(node.depth, DEEPEST),
        "descendants": node.descendants,
        "name": span["name"],
        "resource": span["resource"] if span["resource"] != span["name"] else "",
        "service": span["service"],
        "colour": units.colour(span["service"]),
        "error": span["error"],
        "attack": span["attack"],
        "blocked": span["blocked"],
        "missing": node.parent_missing,
        "left": left,
        "width": width,
        "duration": units.duration(span["duration"]),
        **_label(left, left + width),
    }


def _label(left: float, right: float) -> dict[str, Any]:
    """Where the duration is written: after the bar, before it, or in it, wherever there is room."""
    if right <= ROOM:
        return {"label_x": round(right, 2), "label": "after"}
    if left >= 100 - ROOM:
        return {"label_x": left, "label": "before"}
    return {"label_x": left, "label": "inside"}
