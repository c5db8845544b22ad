"""What a trace did, in few words: for people in a hurry, and for coding assistants."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from vedette.agent.query.critical import critical_path
from vedette.agent.query.hints import Hint, hints
from vedette.agent.query.trace import Node, Trace

MOST = 10
"""Items of each list."""


def explain(trace: Trace) -> dict[str, Any]:
    """`summary` and `hints` as sentences; `critical_path`, `slowest` (by own time), `errors`, `attacks`, `by_service`.
    Times are nanoseconds.
    """
    own = {id(node): node.own for node in trace.nodes}
    slowest = sorted(trace.nodes, key=lambda node: -own[id(node)])[:MOST]
    by_service: Counter[str] = Counter()
    for node in trace.nodes:
        by_service[node.span["service"]] += own[id(node)]
    found = {
        "trace_id": trace.trace_id,
        "critical_path": _critical(trace),
        "slowest": [_told(node, own) for node in slowest],
        "errors": [_failed(node) for node in trace.nodes if node.span["error"]][:MOST],
        "attacks": [_attacked(node) for node in trace.nodes if node.span["attack"]][:MOST],
        "by_service": [{"service": name, "own_time": time} for name, time in by_service.most_common(MOST)],
    }
    return {"summary": _summary(trace), **found, "hints": _hints(trace)}


def _told(node: Node, own: dict[int, int]) -> dict[str, Any]:
    return {**_named(node), "duration": node.span["duration"], "own_time": own[id(node)]}


def _failed(node: Node) -> dict[str, Any]:
    span = node.span
    failure = span.get("failure") or {}
    stack = str(failure.get("stack") or "").strip().splitlines()
    return {
        **{name: span[name] for name in ("service", "name", "resource", "status")},
        "span_id": f"{span['span_id']:016x}",
        "type": failure.get("type", ""),
        "message": str(failure.get("message", ""))[:500],
        "stack": stack[-6:],
    }


def _attacked(node: Node) -> dict[str, Any]:
    span = node.span
    findings = [event["attributes"] for event in span.get("events", []) if event["name"] == "security.finding"]
    told = {"span_id": f"{span['span_id']:016x}", "blocked": span["blocked"], "resource": span["resource"]}
    return {**told, "findings": findings[:MOST]}


def _summary(trace: Trace) -> str:
    root = trace.root
    services = len({node.span["service"] for node in trace.nodes})
    failed = sum(1 for node in trace.nodes if node.span["error"])
    attacked = sum(1 for node in trace.nodes if node.span["attack"])
    parts = [f"{len(trace.nodes)} spans", f"{services} services" if services > 1 else "1 service"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{attacked} attacked"] if attacked else []
    status = f", status {root['status']}" if root["status"] else ""
    took = f"{trace.duration / 1e6:,.1f} ms"
    return f"{root['resource']} of {root['service']} took {took}{status}: {', '.join(parts)}."


def _critical(trace: Trace) -> list[dict[str, Any]]:
    """The spans of the critical path, those with most time on it first."""
    root = next((node for node in trace.nodes if node.span is trace.root), trace.nodes[0])
    times: dict[int, int] = defaultdict(int)
    nodes: dict[int, Node] = {}
    for stretch in critical_path(root):
        times[id(stretch.node)] += stretch.end - stretch.start
        nodes[id(stretch.node)] = stretch.node
    first = sorted(times, key=lambda key: -times[key])[:MOST]
    return [{**_named(nodes[key]), "time": times[key]} for key in first]


def _named(node: Node) -> dict[str, Any]:
    span = node.span
    return {"span_id": f"{span['span_id']:016x}", **{name: span[name] for name in ("service", "name", "resource")}}


SENTENCES = {
    "loop": "{service} was asked the same {times} times ({took}): {resource}",
    "slow": "a slow query ({took}) of {service}: {resource}",
    "in-turn": "{times} calls wait for each other ({took}), as if in a loop: {resource}",
    "unseen": "{took} of {resource} are its own work, or nothing that is traced",
}


def _hints(trace: Trace) -> list[str]:
    found = [_sentence(hint) for hint in hints(trace)]
    missing = sum(1 for node in trace.nodes if node.parent_missing)
    if missing:
        found.append(f"{missing} spans name a parent that is not here: its process may not have sent it yet")
    if trace.cut:
        found.append(f"the trace has more than {len(trace.nodes)} spans; the others are not looked at")
    return found


def _sentence(hint: Hint) -> str:
    span = hint.node.span
    told = {"service": span["service"], "resource": span["resource"][:200], "took": f"{hint.time / 1e6:,.1f} ms"}
    places = f" (and in {hint.places - 1} other places)" if hint.places > 1 else ""
    return SENTENCES[hint.kind].format(times=hint.times, **told) + places
