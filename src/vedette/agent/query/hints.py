"""What a reader of a trace would notice: queries in loops, slow ones, calls that wait for each other, unseen time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vedette.agent.query.trace import Node, Trace
from vedette.agent.store.work import STORES

LOOP = 5
"""The same query below the same span so often is a loop."""
SLOW_SHARE, SLOW_LEAST, SLOW_ANYWAY = 0.2, 50_000_000, 500_000_000
"""A query is slow with a fifth of the trace if that is 50 ms, and with 500 ms in any case."""
IN_TURN = 3
"""Calls that wait for each other."""
UNSEEN_SHARE, UNSEEN_LEAST = 0.6, 50_000_000
MOST = 6


class Hint(NamedTuple):
    """One observation."""

    kind: str
    """`loop`, `slow`, `in-turn` or `unseen`."""
    node: Node
    """The span to look at first."""
    times: int
    time: int
    """Nanoseconds that it is about."""
    places: int = 1
    """Where else in the trace the same was noticed is counted, not listed."""


def hints(trace: Trace) -> list[Hint]:
    """At most six observations, those about the most time first."""
    loops = list(_loops(trace))
    looped = {(hint.node.span["parent_id"], hint.node.span["resource"]) for hint in loops}
    slow = [hint for hint in _slow(trace) if (hint.node.span["parent_id"], hint.node.span["resource"]) not in looped]
    found = [*loops, *slow, *_in_turn(trace), *_unseen(trace)]
    return _once(sorted(found, key=lambda hint: hint.time, reverse=True))[:MOST]


def _once(found: list[Hint]) -> list[Hint]:
    """The same observation in several places is one."""
    kept: dict[tuple[object, ...], Hint] = {}
    for hint in found:
        key = (hint.kind, hint.node.span["service"], hint.node.span["name"], hint.node.span["resource"])
        kept[key] = kept[key]._replace(places=kept[key].places + 1) if key in kept else hint
    return list(kept.values())


def _loops(trace: Trace) -> Iterator[Hint]:
    for same in _together(node for node in trace.nodes if _is_query(node)):
        if len(same) >= LOOP:
            yield Hint("loop", same[0], len(same), sum(int(node.span["duration"]) for node in same))


def _slow(trace: Trace) -> Iterator[Hint]:
    for node in trace.nodes:
        took = int(node.span["duration"])
        if _is_query(node) and (took >= SLOW_ANYWAY or (took >= SLOW_LEAST and took >= SLOW_SHARE * trace.duration)):
            yield Hint("slow", node, 1, took)


def _in_turn(trace: Trace) -> Iterator[Hint]:
    """Calls of the same kind, one after the other: they might be made at the same time, or as one."""
    calls = (node for node in trace.nodes if node.span["kind"] == "client" and node.span["type"] in ("http", "grpc"))
    for same in _together(calls):
        ends = [int(node.span["start"]) + int(node.span["duration"]) for node in same]
        apart = all(int(node.span["start"]) >= end for node, end in zip(same[1:], ends))
        if len(same) >= IN_TURN and apart:
            yield Hint("in-turn", same[0], len(same), sum(int(node.span["duration"]) for node in same))


def _unseen(trace: Trace) -> Iterator[Hint]:
    for node in trace.nodes[:200]:
        own = node.own
        if node.children and own >= UNSEEN_LEAST and own >= UNSEEN_SHARE * trace.duration:
            yield Hint("unseen", node, 1, own)


def _together(nodes: Iterator[Node]) -> list[list[Node]]:
    """Spans that say the same below the same parent, in order of their start."""
    found: dict[tuple[object, ...], list[Node]] = {}
    for node in nodes:
        span = node.span
        key = (span["parent_id"], span["service"], span["name"], span["resource"])
        found.setdefault(key, []).append(node)
    return list(found.values())


def _is_query(node: Node) -> bool:
    return node.span["type"] in STORES
