"""The critical path: the stretches of time that a trace would have been shorter without."""

from __future__ import annotations

from typing import NamedTuple

from vedette.agent.query.trace import Node


class Stretch(NamedTuple):
    """Time in which one span, and none of its children, kept the others waiting. Nanoseconds since the epoch."""

    node: Node
    start: int
    end: int


def critical_path(root: Node) -> list[Stretch]:
    """The stretches of the path from the root's beginning to its end, earliest first.

    Walks backwards: at each moment, what ended last before it was waited for. What outlives its parent is cut there,
    and what seems to begin before it: nobody waited for the rest.
    """
    found: list[Stretch] = []
    waiting = [(root, int(root.span["start"]), _end(root))]
    while waiting:  # no recursion: a hostile trace may be as deep as it is long
        node, since, moment = waiting.pop()
        for child in sorted(node.children, key=_end, reverse=True):
            ended = min(_end(child), moment)
            begun = max(int(child.span["start"]), since)
            if begun >= ended:
                continue
            _add(found, node, ended, moment)
            waiting.append((child, begun, ended))
            moment = begun
        _add(found, node, since, moment)
    return sorted(found, key=lambda stretch: stretch.start)


def _end(node: Node) -> int:
    return int(node.span["start"]) + int(node.span["duration"])


def _add(found: list[Stretch], node: Node, start: int, end: int) -> None:
    if end > start:
        found.append(Stretch(node, start, end))
