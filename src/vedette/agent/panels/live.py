"""The list of traces as they come."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from vedette.agent.panels import units
from vedette.agent.query.activity import Activity
from vedette.agent.query.statements import Row
from vedette.agent.query.terms import Term, without
from vedette.agent.query.traces import LOOK, TracePage

PAGE = 100
QUICK = (("kind:server", "Requests"), ("error", "Errors"), ("attack", "Attacks"), ("min:100ms", "Slow"))
"""Terms that one click adds or takes away, and their labels."""


def address(search: str = "", **more: Any) -> str:
    """The address of the list; the address is all its state."""
    given = {"q": search, **more}
    query = urlencode({name: value for name, value in given.items() if value not in ("", None)})
    return f"/?{query}" if query else "/"


def chips(terms: list[Term], limits: dict[str, str]) -> list[dict[str, str]]:
    """The terms of the search, each with the address without it."""
    return [
        {
            "text": term.text,
            "kind": term.key,
            "problem": term.problem,
            "remove": address(without(terms, term), **limits),
        }
        for term in terms
    ]


def quick_filters(terms: list[Term], limits: dict[str, str]) -> list[dict[str, Any]]:
    """The filters of one click, with whether they are on and where a click leads."""
    return [_quick(terms, text, label, limits) for text, label in QUICK]


def _quick(terms: list[Term], text: str, label: str, limits: dict[str, str]) -> dict[str, Any]:
    found = next((term for term in terms if term.text == text), None)
    there = without(terms, found) if found else " ".join([*(term.text for term in terms), text])
    return {"label": label, "on": found is not None, "href": address(there, **limits), "kind": text.partition(":")[0]}


def listing(page: TracePage, search: str, limits: dict[str, str] | None = None) -> dict[str, Any]:
    """What the template of the list shows; `limits` is the period, as it stands in the address."""
    longest = max((int(trace["duration"]) for trace in page.traces), default=0)
    more = page.before is not None or page.below is not None
    older = address(search, before=page.before or "", below=page.below or "", **(limits or {})) if more else ""
    return {
        "traces": [_line(trace, longest) for trace in page.traces],
        "older": older,
        "looked": f"{LOOK:,}" if more and page.before is None else "",
    }


def _line(trace: Row, longest: int) -> dict[str, Any]:
    root = trace["root"]
    return {
        **{key: trace[key] for key in ("trace_id", "spans", "errors", "attacks", "blocked")},
        "href": f"/trace/{trace['trace_id']}",
        "moment": units.moment(trace["start"]),
        "clock": units.clock(trace["start"]),
        "services": [{"name": name, "colour": units.colour(name)} for name in trace["services"]],
        "service": root["service"],
        "colour": units.colour(root["service"]),
        "name": root["name"],
        "resource": root["resource"] or root["name"],
        "duration": units.duration(int(trace["duration"])),
        "share": max(units.percent(int(trace["duration"]), longest), 0.5),
        "status": root["status"],
        "status_class": units.status_class(root["status"], root["error"]),
    }


def chart(arrivals: Activity) -> dict[str, Any]:
    """Bars of the chart above the list: heights in percent, stacked attacks, errors, others."""
    highest = max((int(bucket["traces"]) for bucket in arrivals.buckets), default=0)
    step = 100 / len(arrivals.buckets)
    bars = [_bar(bucket, n * step, step, highest) for n, bucket in enumerate(arrivals.buckets) if bucket["traces"]]
    return {
        "bars": bars,
        "from": f"{arrivals.seconds // 60} min ago",
        "total": sum(int(bucket["traces"]) for bucket in arrivals.buckets),
        "highest": highest,
    }


def _bar(bucket: Row, x: float, width: float, highest: int) -> dict[str, Any]:
    parts, bottom = [], 100.0
    others = bucket["traces"] - bucket["errors"] - bucket["attacks"]
    for kind, number in (("attack", bucket["attacks"]), ("error", bucket["errors"]), ("", others)):
        height = units.percent(number, highest)
        bottom -= height
        if number:
            parts.append({"kind": kind, "y": round(bottom, 2), "height": height})
    told = (("trace", "traces"), ("error", "errors"), ("attack", "attacks"))
    title = ", ".join(units.count(int(bucket[name]), what) for what, name in told)
    return {"x": round(x + width * 0.12, 3), "width": round(width * 0.76, 3), "parts": parts, "title": title}
