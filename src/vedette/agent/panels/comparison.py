"""Two traces side by side, as the page shows them."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.query.compare import Line, compare
from vedette.agent.query.trace import Trace

DEEPEST = 12


def comparison(first: Trace, second: Trace) -> dict[str, Any]:
    """Lines with both sides, and the lines that make most of the difference."""
    lines = compare(first, second)
    most = max((abs(line.difference) for line in lines), default=0)
    shown = [_line(line, most) for line in lines]
    weightiest = sorted(zip(lines, shown), key=lambda pair: abs(pair[0].difference), reverse=True)
    return {
        "lines": shown,
        "sides": [_side(first), _side(second)],
        "difference": signed(second.duration - first.duration),
        "slower": second.duration > first.duration,
        "main": [line for found, line in weightiest[:5] if most and abs(found.difference) >= most / 10],
    }


def _side(trace: Trace) -> dict[str, Any]:
    root = trace.root
    return {
        "trace_id": trace.trace_id,
        "title": root["resource"] or root["name"],
        "service": root["service"],
        "colour": units.colour(root["service"]),
        "duration": units.duration(trace.duration),
        "spans": units.count(len(trace.nodes), "span"),
        "start": trace.start,
        "status": root["status"],
        "status_class": units.status_class(root["status"], root["error"]),
    }


def _line(line: Line, most: int) -> dict[str, Any]:
    service, name, resource = line.path[-1]
    return {
        "depth": min(line.depth, DEEPEST),
        "service": service,
        "colour": units.colour(service),
        "name": name,
        "resource": "" if resource == name else resource,
        "counts": line.counts,
        "times": [units.duration(time) if count else "" for time, count in zip(line.times, line.counts)],
        "own": [units.duration(time) if count else "" for time, count in zip(line.own, line.counts)],
        "difference": signed(line.difference) if line.difference else "",
        "slower": line.difference > 0,
        "share": units.percent(abs(line.difference), most),
        "only": None if all(line.counts) else line.counts.index(0),
        "errors": line.errors,
    }


def signed(nanoseconds: int) -> str:
    """`+3.2 ms`, or with the minus sign of typography."""
    return ("+" if nanoseconds > 0 else "\u2212" if nanoseconds < 0 else "±") + units.duration(abs(nanoseconds))
