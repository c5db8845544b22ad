"""One trace: its spans as a tree, and all that one span says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from vedette.agent.query.statements import Row, rows, statement

MOST_SPANS = 10_000
MOST_BYTES = 32 << 20
"""Of attributes, events and all else that spans of one trace say: more is not read into memory at once."""
LISTS = ("events", "links")
OBJECTS = ("attributes", "failure", "structures", "process")


@dataclass
class Node:
    """A span in its place in the tree."""

    span: Row
    depth: int = 0
    parent_missing: bool = False
    """It names a parent that is not here: in another process that has not sent it, or never will."""
    children: list[Node] = field(default_factory=list)
    descendants: int = 0

    @cached_property
    def own(self) -> int:
        """Nanoseconds in which none of its children was at work."""
        start, end = self.span["start"], self.span["start"] + self.span["duration"]
        covered, reached = 0, start
        for child in sorted(self.children, key=lambda c: int(c.span["start"])):
            first = max(reached, min(child.span["start"], end))
            last = max(first, min(child.span["start"] + child.span["duration"], end))
            covered += last - first
            reached = max(reached, last)
        return int(end - start - covered)


@dataclass(frozen=True)
class Trace:
    """A trace in the order in which it reads: each span before its children, earliest first."""

    trace_id: str
    nodes: list[Node]
    start: int
    """Earliest start, ns since the epoch."""
    duration: int
    """From the earliest start to the latest end, ns."""
    cut: bool
    """Whether there are more spans than are shown, or more said of them."""

    @property
    def root(self) -> Row:
        """The span that stands for the trace."""
        return next((n.span for n in self.nodes if n.span["parent_id"] == 0), self.nodes[0].span)


def find_trace(cursor: duckdb.DuckDBPyConnection, trace_id: str, full: bool = False) -> Trace | None:
    """The trace with that id (hex), or None. With `full`, spans have their attributes, events and links."""
    name, most = ("trace_full", [MOST_BYTES]) if full else ("trace_spans", [])
    spans = rows(cursor, statement(name), [*most, trace_id.rjust(32, "0"), MOST_SPANS + 1])
    if not spans:
        return None
    cut = len(spans) > MOST_SPANS or (full and spans[-1]["process"] is None)
    spans = _decoded_all(spans[:MOST_SPANS])
    start = min(span["start"] for span in spans)
    end = max(span["start"] + span["duration"] for span in spans)
    return Trace(trace_id.rjust(32, "0"), arrange(spans), start, end - start, cut)


def find_span(cursor: duckdb.DuckDBPyConnection, trace_id: str, span_id: int) -> Row | None:
    """Everything about one span, or None."""
    found = rows(cursor, statement("span"), [trace_id.rjust(32, "0"), span_id])
    return _decoded(found[0]) if found else None


def failure_of(cursor: duckdb.DuckDBPyConnection, trace_id: str, kind: str, message: str) -> Row:
    """The failure (`type`, `message`, `stack`) of a trace that is called so, and has the most to say.

    Empty if no span of the trace tells more than that it failed.
    """
    found = rows(cursor, statement("failures"), [trace_id.rjust(32, "0")])
    said = [json.loads(row["failure"]) for row in found]
    same = [failure for failure in said if failure.get("type") == kind and failure.get("message", "") == message]
    return max(same or said, key=lambda failure: len(str(failure.get("stack", ""))), default={})


def _decoded_all(spans: list[Row]) -> list[Row]:
    """Spans of a process say the same of it: that is read once."""
    known: dict[str, Any] = {}
    for span in spans:
        process = span.get("process")
        if process:
            span["process"] = known.get(process) or known.setdefault(process, json.loads(process))
        _decoded(span)
    return spans


def _decoded(span: Row) -> Row:
    if "attributes" in span:
        span.update({column: json.loads(span[column]) if span[column] else [] for column in LISTS})
        for column in OBJECTS:
            if not isinstance(span[column], dict):
                span[column] = json.loads(span[column]) if span[column] else {}
    return span


def arrange(spans: list[Row]) -> list[Node]:
    """Spans (in order of start) in the order in which the tree reads.

    Copes with what senders do: spans that came twice, parents that never came, parents in a circle.
    """
    nodes: dict[tuple[int, int, str], Node] = {}
    for span in spans:
        nodes.setdefault((span["span_id"], span["start"], span["name"]), Node(span))
    by_id: dict[int, Node] = {}
    for node in nodes.values():
        by_id.setdefault(node.span["span_id"], node)
    tops = [node for node in nodes.values() if _is_top(node, by_id)]
    order: list[Node] = []
    seen: set[int] = set()
    for top in [*tops, *nodes.values()]:  # what no top leads to is in a circle: it is cut at its earliest span
        _walk(top, order, seen)
    _count_descendants(order)
    return order


def _is_top(node: Node, by_id: dict[int, Node]) -> bool:
    parent = by_id.get(node.span["parent_id"]) if node.span["parent_id"] else None
    if parent is None or parent is node:
        node.parent_missing = parent is None and node.span["parent_id"] != 0
        return True
    parent.children.append(node)
    return False


def _walk(top: Node, order: list[Node], seen: set[int]) -> None:
    """Depth first without recursion: a hostile trace may be as deep as it is long."""
    stack = [(top, 0)]
    while stack:
        node, depth = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.depth = depth
        order.append(node)
        stack.extend((child, depth + 1) for child in reversed(node.children))


def _count_descendants(order: list[Node]) -> None:
    """In reading order a span's descendants follow it, up to the next span that is not deeper."""
    ancestors: list[Node] = []
    for node in order:
        while ancestors and ancestors[-1].depth >= node.depth:
            ancestors.pop()
        for ancestor in ancestors[-1:]:
            ancestor.descendants += 1
        ancestors.append(node)
    for node in reversed(order):
        node.descendants += sum(child.descendants for child in node.children if child.depth == node.depth + 1)


def as_json(trace: Trace) -> dict[str, Any]:
    """The trace as the API gives it: ids in hex, times in ns."""
    return {
        "trace_id": trace.trace_id,
        "start": trace.start,
        "duration": trace.duration,
        "cut": trace.cut,
        "spans": [span_as_json(node.span) for node in trace.nodes],
    }


def span_as_json(span: Row) -> Row:
    """A span as the API gives it."""
    known = {key: value for key, value in span.items() if key != "seq"}
    known["span_id"] = f"{span['span_id']:016x}"
    known["parent_id"] = f"{span['parent_id']:016x}" if span["parent_id"] else ""
    return known
