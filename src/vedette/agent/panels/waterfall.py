"""One trace: what its page says above the spans, and the spans as `waterfall.js` draws them."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.query.critical import critical_path
from vedette.agent.query.hints import Hint, hints
from vedette.agent.query.trace import Node, Trace

ERROR, ATTACK, BLOCKED, ORPHAN = 1, 2, 4, 8
"""Bits of a span's marks."""
LONGEST = 160
"""Characters of a resource that the list shows; the details have all."""


def waterfall(trace: Trace) -> dict[str, Any]:
    """What the template of the trace shows; `data` is for the script."""
    root = trace.root
    return {
        "trace_id": trace.trace_id,
        "start": trace.start,
        "title": root["resource"] or root["name"],
        "name": root["name"],
        "service": root["service"],
        "root": f"{root['span_id']:016x}",
        "colour": units.colour(root["service"]),
        "status": root["status"],
        "status_class": units.status_class(root["status"], root["error"]),
        "moment": units.moment(trace.start),
        "clock": units.clock(trace.start),
        "duration": units.duration(trace.duration),
        "count": units.count(len(trace.nodes), "span"),
        "cut": trace.cut,
        "services": _services(trace),
        "hints": [_hint(hint, trace) for hint in hints(trace)],
        "data": _data(trace),
        **_marks(trace),
    }


def _marks(trace: Trace) -> dict[str, int]:
    spans = [node.span for node in trace.nodes]
    return {
        "errors": sum(bool(span["error"]) for span in spans),
        "attacks": sum(bool(span["attack"]) for span in spans),
        "blocked": sum(bool(span["blocked"]) for span in spans),
    }


def _services(trace: Trace) -> list[dict[str, Any]]:
    """The services that took part, in the order in which they appear, with the time that was their own."""
    counts: dict[str, int] = {}
    times: dict[str, int] = {}
    for node in trace.nodes:
        name = node.span["service"]
        counts[name] = counts.get(name, 0) + 1
        times[name] = times.get(name, 0) + node.own
    return [
        {"name": name, "colour": units.colour(name), "spans": count, "own": units.duration(times[name])}
        for name, count in counts.items()
    ]


def _data(trace: Trace) -> dict[str, Any]:
    """Columns rather than objects: ten thousand spans are 700 kB this way, and read in 20 ms."""
    nodes = trace.nodes
    names = list(dict.fromkeys(node.span["service"] for node in nodes))
    services = {name: n for n, name in enumerate(names)}
    place = {id(node): n for n, node in enumerate(nodes)}
    root = next((node for node in nodes if node.span is trace.root), nodes[0])
    return {
        "trace": trace.trace_id,
        "start": str(trace.start),  # more digits than a script's numbers have
        "duration": trace.duration,
        "services": names,
        "colours": [units.colour(name) for name in names],
        "id": [f"{node.span['span_id']:016x}" for node in nodes],
        "depth": [node.depth for node in nodes],
        "below": [node.descendants for node in nodes],
        "service": [services[node.span["service"]] for node in nodes],
        "name": [node.span["name"] for node in nodes],
        "resource": [_resource(node) for node in nodes],
        "from": [node.span["start"] - trace.start for node in nodes],
        "took": [node.span["duration"] for node in nodes],
        "own": [node.own for node in nodes],
        "marks": [_bits(node) for node in nodes],
        "critical": [[place[id(s.node)], s.start - trace.start, s.end - s.start] for s in critical_path(root)],
    }


def _resource(node: Node) -> str:
    resource = str(node.span["resource"])
    return (node.span.get("target") or "" if resource == node.span["name"] else resource)[:LONGEST]


def _bits(node: Node) -> int:
    span = node.span
    said = ((span["error"], ERROR), (span["attack"], ATTACK), (span["blocked"], BLOCKED), (node.parent_missing, ORPHAN))
    return sum(bit for mark, bit in said if mark)


def _hint(hint: Hint, trace: Trace) -> dict[str, Any]:
    time, span = units.duration(hint.time), hint.node.span
    texts = {
        "loop": f"{hint.times} times the same query, {time} together: a query in a loop (N+1)?",
        "slow": f"A slow query: {time}, {units.percent(hint.time, trace.duration):.0f} % of the trace",
        "in-turn": f"{hint.times} calls one after the other, {time} together: could they run at the same time?",
        "unseen": f"{time} in {span['name']} itself, where no span tells more",
    }
    what = str(span["resource"] or span["name"])
    more = f" And in {units.count(hint.places - 1, 'more place')}." if hint.places > 1 else ""
    return {
        "kind": hint.kind,
        "text": texts[hint.kind] + more,
        "what": what[:LONGEST],
        "span": f"{span['span_id']:016x}",
    }
