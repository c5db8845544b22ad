"""The map of services: who calls whom, in columns from left to right, as shapes to draw."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.panels.rates import rate, share
from vedette.agent.query.statements import Row

WIDTH, HEIGHT = 176, 54
GAP_X, GAP_Y = 110, 22
MARGIN = 12
MOST = 60
"""Services that are drawn."""
SWEEPS = 4


def service_map(services: list[Row], edges: list[Row], seconds: float) -> dict[str, Any]:
    """Nodes with places, edges with curves, and the size of it all in pixels."""
    known = {row["service"]: row for row in services}
    calls = [edge for edge in edges if edge["caller"] != edge["callee"]]
    names = list(dict.fromkeys([*known, *(edge["callee"] for edge in calls)]))[:MOST]
    calls = [edge for edge in calls if edge["caller"] in names and edge["callee"] in names]
    columns = _columns(names, calls)
    places = _places(columns)
    width = MARGIN * 2 + len(columns) * WIDTH + (len(columns) - 1) * GAP_X
    drawn = [_edge(edge, places, calls) for edge in calls]
    top = min((edge["y"] for edge in drawn), default=0) - 2 * MARGIN
    height = max([y + HEIGHT for _, y in places.values()] + [edge["y"] for edge in drawn], default=0) + MARGIN
    return {
        "width": max(width, WIDTH),
        "top": min(top, 0),
        "height": height - min(top, 0),
        "nodes": [_node(name, known.get(name), places[name], seconds) for name in names],
        "edges": drawn,
        "left_out": max(len(known) - MOST, 0),
    }


def _columns(names: list[str], calls: list[Row]) -> list[list[str]]:
    """Callers left of what they call: each as far right as its longest way from a beginning; circles are cut."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for edge in calls:
        targets[edge["caller"]].append(edge["callee"])
    depth = dict.fromkeys(names, 0)
    for _ in names[:20]:
        for name in _in_order(names, targets):
            for target, back in targets_of(name, targets):
                if not back:
                    depth[target] = max(depth[target], min(depth[name] + 1, 12))
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name in names:
        columns[depth[name]].append(name)
    filled = [column for column in columns if column]
    return _untangled(filled, calls)


def _in_order(names: list[str], targets: dict[str, list[str]]) -> list[str]:
    called = {target for found in targets.values() for target in found}
    return sorted(names, key=lambda name: name in called)


def targets_of(name: str, targets: dict[str, list[str]]) -> list[tuple[str, bool]]:
    """What a service calls, and whether that leads back to it (then it does not push to the right)."""
    return [(target, _reaches(target, name, targets) and target < name) for target in targets[name]]


def _reaches(start: str, goal: str, targets: dict[str, list[str]]) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        fresh = [target for target in targets[name] if target not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _untangled(columns: list[list[str]], calls: list[Row]) -> list[list[str]]:
    """Each column in the order of its callers, so that few lines cross."""
    for _ in range(SWEEPS):
        order = {name: n for column in columns for n, name in enumerate(column)}
        for column in columns:
            column.sort(key=lambda name: _middle(name, order, calls))
    return columns


def _middle(name: str, order: dict[str, int], calls: list[Row]) -> float:
    beside = [order[edge["caller"]] for edge in calls if edge["callee"] == name]
    return sum(beside) / len(beside) if beside else float(order[name])


def _places(columns: list[list[str]]) -> dict[str, tuple[int, int]]:
    """Left upper corners; short columns stand in the middle."""
    tallest = max(map(len, columns), default=0)
    places = {}
    for n, column in enumerate(columns):
        above = (tallest - len(column)) * (HEIGHT + GAP_Y) // 2
        for m, name in enumerate(column):
            places[name] = (MARGIN + n * (WIDTH + GAP_X), MARGIN + above + m * (HEIGHT + GAP_Y))
    return places


def _node(name: str, row: Row | None, place: tuple[int, int], seconds: float) -> dict[str, Any]:
    calls, errors = (row["calls"], row["errors"]) if row else (0, 0)
    return {
        "name": name,
        "label": name if len(name) <= 21 else name[:20] + "…",
        "colour": units.colour(name),
        "x": place[0],
        "y": place[1],
        "application": bool(row and not row["dependency"]),
        "told": f"{rate(calls, seconds)}" if calls else (row["type"] or "dependency") if row else "sends no spans",
        "errors": share(errors, calls),
        "attacks": row["attacks"] if row else 0,
    }


def _edge(edge: Row, places: dict[str, tuple[int, int]], calls: list[Row]) -> dict[str, Any]:
    most = max(int(other["calls"]) for other in calls)
    (x1, y1), (x2, y2) = places[edge["caller"]], places[edge["callee"]]
    forward = x2 > x1
    start, end = (x1 + WIDTH, x2) if forward else (x1 + WIDTH // 3, x2 + 2 * WIDTH // 3)
    top, bottom = (y1 + HEIGHT // 2, y2 + HEIGHT // 2) if forward else (y1 + HEIGHT, y2 + HEIGHT)
    bend = max(abs(end - start) // 2, 40)
    lane = _lane(edge, places, forward)
    title = f"{edge['caller']} → {edge['callee']}: {units.count(edge['calls'], 'call')}"
    return {
        **_curve((start, top), (end, bottom), bend, lane),
        "width": round(1 + 3 * edge["calls"] / most, 1),
        "failing": bool(edge["errors"]) and 100 * edge["errors"] >= edge["calls"],
        "label": units.duration(int(edge["p95"])),
        "title": f"{title}, {edge['errors']:,} failed, 95 % within {units.duration(int(edge['p95']))}",
    }


def _lane(edge: Row, places: dict[str, tuple[int, int]], forward: bool) -> int | None:
    """The height in which a line goes around the services between its ends; None if there are none."""
    (x1, y1), (x2, y2) = places[edge["caller"]], places[edge["callee"]]
    between = [y for x, y in places.values() if min(x1, x2) < x < max(x1, x2)]
    if not forward:
        return max(y1, y2, *between, 0) + HEIGHT + GAP_Y + 14
    if x2 - x1 <= WIDTH + GAP_X or not any(abs(y - (y1 + y2) // 2) < HEIGHT for y in between):
        return None
    return min(between) - GAP_Y - 14


def _curve(start: tuple[int, int], end: tuple[int, int], bend: int, lane: int | None) -> dict[str, Any]:
    """The line, and the place of its label: the middle of the curve."""
    (x1, y1), (x2, y2) = start, end
    if lane is None:
        path, middle = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}", (y1 + y2) // 2
    else:
        # A cubic comes three quarters of the way to where its controls are.
        control = (lane - (y1 + y2) / 8) * 4 / 3
        outward = (x1 + bend // 2, x2 - bend // 2) if x2 > x1 else (x1, x2)
        path, middle = f"M{x1} {y1}C{outward[0]} {control:.0f} {outward[1]} {control:.0f} {x2} {y2}", lane
    return {"path": path, "x": (x1 + x2) // 2, "y": middle}
