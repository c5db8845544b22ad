"""What a trace did, in few words: for people in a hurry, and for coding assistants."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from vedette.agent.query.groups import SUSPICIOUS
from vedette.agent.query.scope import STORES
from vedette.agent.query.trace import Node, Trace, own_time

MOST = 10
"""Items of each list."""
SHARE = 0.5
"""From this part of the whole time on, something is worth a hint."""


def explain(trace: Trace) -> dict[str, Any]:
    """`summary` and `hints` as sentences; `critical_path`, `slowest` (by own time), `errors`, `attacks`, `repeated`,
    `by_service`. Times are nanoseconds.
    """
    own = {id(node): own_time(node) for node in trace.nodes}
    slowest = sorted(trace.nodes, key=lambda node: -own[id(node)])[:MOST]
    by_service: Counter[str] = Counter()
    for node in trace.nodes:
        by_service[node.span["service"]] += own[id(node)]
    found = {
        "trace_id": trace.trace_id,
        "critical_path": [_told(node, own) for node in critical_path(trace)],
        "slowest": [_told(node, own) for node in slowest],
        "errors": [_failed(node) for node in trace.nodes if node.span["error"]][:MOST],
        "attacks": [_attacked(node) for node in trace.nodes if node.span["attack"]][:MOST],
        "repeated": _repeated(trace),
        "by_service": [{"service": name, "own_time": time} for name, time in by_service.most_common(MOST)],
    }
    return {"summary": _summary(trace), **found, "hints": _hints(trace, found)}


def critical_path(trace: Trace) -> list[Node]:
    """From the root down: of each span the child that ended last, which is what the span waited for."""
    path = [next((node for node in trace.nodes if node.span is trace.root), trace.nodes[0])]
    while path[-1].children and len(path) < len(trace.nodes):
        path.append(max(path[-1].children, key=lambda child: int(child.span["start"] + child.span["duration"])))
    return path


def _told(node: Node, own: dict[int, int]) -> dict[str, Any]:
    span = node.span
    return {
        **{name: span[name] for name in ("service", "name", "resource", "duration")},
        "span_id": f"{span['span_id']:016x}",
        "own_time": own[id(node)],
    }


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


def _repeated(trace: Trace) -> list[dict[str, Any]]:
    """Questions to a store that were asked so often that they look like a loop."""
    times: dict[tuple[str, str], int] = defaultdict(int)
    counts: Counter[tuple[str, str]] = Counter()
    for node in trace.nodes:
        if node.span["type"] in STORES:
            key = (node.span["service"], node.span["resource"])
            counts[key] += 1
            times[key] += node.span["duration"]
    return [
        {"service": key[0], "resource": key[1], "count": count, "time": times[key]}
        for key, count in counts.most_common(MOST)
        if count >= SUSPICIOUS
    ]


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


def _hints(trace: Trace, found: dict[str, Any]) -> list[str]:
    hints = []
    for item in found["repeated"]:
        took = f"{item['time'] / 1e6:,.1f} ms"
        hints.append(f"{item['service']} was asked the same {item['count']} times ({took}): {item['resource'][:200]}")
    slowest = found["slowest"][0]
    if trace.duration and slowest["own_time"] >= SHARE * trace.duration and len(trace.nodes) > 1:
        share = round(100 * slowest["own_time"] / trace.duration)
        hints.append(f"{share} % of the time is {slowest['name']} {slowest['resource'][:200]} of {slowest['service']}.")
    missing = sum(1 for node in trace.nodes if node.parent_missing)
    if missing:
        hints.append(f"{missing} spans name a parent that is not here: its process may not have sent it yet.")
    if trace.cut:
        hints.append(f"The trace has more than {len(trace.nodes)} spans; the others are not looked at.")
    return hints
