"""Two traces side by side: where one does more, or takes longer, than the other."""

from __future__ import annotations

from dataclasses import dataclass, field

from vedette.agent.query.trace import Trace

MOST = 400
"""Lines."""


@dataclass
class Line:
    """Spans of the same service, operation and resource, below the same."""

    path: tuple[tuple[str, str, str], ...]
    counts: list[int] = field(default_factory=lambda: [0, 0])
    times: list[int] = field(default_factory=lambda: [0, 0])
    """Durations added up, ns."""
    own: list[int] = field(default_factory=lambda: [0, 0])
    """The same without their children."""
    errors: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def depth(self) -> int:
        """0 for the root."""
        return len(self.path) - 1

    @property
    def difference(self) -> int:
        """By how much the second trace took longer here itself, ns."""
        return self.own[1] - self.own[0]


def compare(first: Trace, second: Trace) -> list[Line]:
    """One line per place in the trees, in the reading order of the first; what only the second has comes after its
    siblings."""
    lines: dict[tuple[tuple[str, str, str], ...], Line] = {}
    for side, trace in enumerate((first, second)):
        _add(lines, trace, side)
    return _arranged(list(lines.values()))[:MOST]


def _add(lines: dict[tuple[tuple[str, str, str], ...], Line], trace: Trace, side: int) -> None:
    above: list[tuple[str, str, str]] = []
    for node in trace.nodes:
        span = node.span
        del above[min(node.depth, 40) :]  # deeper than anybody reads, all are siblings
        above.append((span["service"], span["name"], span["resource"]))
        line = lines.setdefault(tuple(above), Line(tuple(above)))
        line.counts[side] += 1
        line.times[side] += int(span["duration"])
        line.own[side] += node.own
        line.errors[side] += bool(span["error"])


def _arranged(lines: list[Line]) -> list[Line]:
    """Each line below its parent, whichever trace it came from."""
    order = {line.path: n for n, line in enumerate(lines)}
    return sorted(lines, key=lambda line: [order[line.path[: n + 1]] for n in range(len(line.path))])
