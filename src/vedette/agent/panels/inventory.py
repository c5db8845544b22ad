"""The API inventory: its table, and one endpoint with the shapes of its requests and responses."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from vedette.agent.inventory.endpoint import MINUTE, MINUTES, Endpoint
from vedette.agent.inventory.json_schema import SURE, types_of
from vedette.agent.inventory.openapi import is_ordinary
from vedette.agent.inventory.security_schemes import NONE, kind
from vedette.agent.inventory.shape import Shape
from vedette.agent.panels import units

SHOW = {
    "": "All",
    "open": "Without authentication",
    "sensitive": "Sensitive data",
    "attacked": "Attacked",
    "unrouted": "Not in a router",
    "uncalled": "Never called",
}
"""What the table can be limited to, by its name in the address."""
LONGEST_TREE = 400
"""Lines of one tree that are shown."""
NOTHING = Shape()


def shown(endpoints: Iterable[Endpoint], show: str, find: str) -> list[Endpoint]:
    """The endpoints that a filter and a text leave."""
    text = find.lower()
    return [
        each
        for each in endpoints
        if _is_shown(each, show) and (not text or text in f"{each.identity.method} {each.identity.route}".lower())
    ]


def _is_shown(each: Endpoint, show: str) -> bool:
    if show == "open":
        return NONE in each.authentication
    if show == "sensitive":
        return any(each.classes().values())
    if show == "uncalled":
        return not each.hits
    if show == "attacked":
        return each.attacks > 0
    return each.guessed if show == "unrouted" else True


def ordered(endpoints: list[Endpoint], sort: str) -> list[Endpoint]:
    """In the order that the address asks for: by route, unless it says otherwise."""
    keys: dict[str, Any] = {
        "rate": lambda each: -recent(each)[0],
        "errors": lambda each: -each.errors / max(each.hits, 1),
        "attacks": lambda each: -each.attacks,
        "last": lambda each: -each.last_seen,
    }
    by_route = sorted(endpoints, key=lambda each: (each.identity.service, each.identity.route, each.identity.method))
    return sorted(by_route, key=keys[sort]) if sort in keys else by_route


def recent(each: Endpoint) -> tuple[int, int, int]:
    """Requests, errors and attacks of the last hour."""
    first = time.time_ns() // MINUTE - MINUTES
    counts = [counts for minute, counts in each.minutes.items() if minute > first]
    return sum(one[0] for one in counts), sum(one[1] for one in counts), sum(one[2] for one in counts)


def line(each: Endpoint) -> dict[str, Any]:
    """One endpoint as a line of the table."""
    identity = each.identity
    classes = each.classes()
    return {
        "service": identity.service,
        "colour": units.colour(identity.service),
        "method": identity.method,
        "route": identity.route,
        "guessed": each.guessed,
        "keys": {"service": identity.service, "method": identity.method, "route": identity.route},
        "spark": spark(each),
        "rate": rate(each),
        "hits": f"{each.hits:,}",
        "errors": each.errors,
        "error_share": f"{units.percent(each.errors, each.hits):g} %",
        "attacks": each.attacks,
        "authentication": [kind(told).label for told in ranked(each.authentication)],
        "open": NONE in each.authentication,
        "classes": chips(classes["request"], classes["response"]),
        "last": each.last_seen,
        "sampled": each.sampled,
    }


def as_json(each: Endpoint) -> dict[str, Any]:
    """One endpoint as the API gives it; times are nanoseconds."""
    classes = each.classes()
    return {
        **each.identity._asdict(),
        "guessed": each.guessed,
        "requests": each.hits,
        "errors": each.errors,
        "attacks": each.attacks,
        "blocked": each.blocked,
        "first_seen": each.first_seen,
        "last_seen": each.last_seen,
        "envs": ranked(each.envs),
        "statuses": each.statuses,
        "authentication": ranked(each.authentication),
        "left_out": each.room.left_out,
        "sensitive_data": sorted(classes["request"] | classes["response"]),
    }


def rate(each: Endpoint) -> str:
    """Requests of the last hour, or of as much of it as the endpoint is known for, per second, minute or hour."""
    hits, _, _ = recent(each)
    if not hits:
        return "none" if each.hits else ""
    minutes = min(max((time.time_ns() - each.first_seen) / MINUTE, 1.0), MINUTES)
    for unit, length in (("s", 1 / 60), ("min", 1.0), ("h", 60.0)):
        if hits / minutes * length >= 1 or unit == "h":
            return f"{hits / minutes * length:.3g}/{unit}"
    return ""


def spark(each: Endpoint) -> list[float]:
    """Requests of the last hour, in twelve steps, in percent of the highest."""
    first = time.time_ns() // MINUTE - MINUTES + 1
    steps = [0] * 12
    for minute, counts in each.minutes.items():
        if 0 <= minute - first < MINUTES:
            steps[(minute - first) * len(steps) // MINUTES] += counts[0]
    highest = max(steps)
    return [units.percent(step, highest) for step in steps]


def ranked(counts: dict[str, int]) -> list[str]:
    """Names by how often they came."""
    return sorted(counts, key=lambda name: (-counts[name], name))


def chips(request: set[str], response: set[str]) -> list[dict[str, str]]:
    """Classes of sensitive data, with where they are."""
    where = {(True, True): "in requests and responses", (True, False): "in requests", (False, True): "in responses"}
    return [chip(name, where[name in request, name in response]) for name in sorted(request | response)]


def chip(name: str, where: str = "") -> dict[str, str]:
    """One class: its label, its category, and in words."""
    category, _, what = name.partition(":")
    label = what.replace("_", " ")
    return {"label": label, "category": category, "title": f"{category}: {label} {where}".strip()}


def details(each: Endpoint) -> dict[str, Any]:
    """What the page of an endpoint shows."""
    request = each.request
    return {
        **line(each),
        "first": each.first_seen,
        "blocked": each.blocked,
        "left_out": each.room.left_out,
        "envs": ranked(each.envs),
        "kinds": [{"label": kind(told).label, "share": _share(each, told)} for told in ranked(each.authentication)],
        "statuses": [_status(each, status) for status in sorted(each.statuses)],
        "parameters": list(_parameters(each)),
        "body": tree(request["body"]) if "body" in request else [],
        "body_types": ranked(each.request_types),
        "token": tree(request["jwt"].fields.get("payload", NOTHING)) if "jwt" in request else [],
        "responses": [_response(each, status) for status in sorted(each.responses)],
        "openapi": f"/api/openapi?{urlencode({'service': each.identity.service})}",
    }


def _share(each: Endpoint, told: str) -> str:
    return f"{units.percent(each.authentication[told], sum(each.authentication.values())):.0f} %"


def _status(each: Endpoint, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "phrase": phrase(status),
        "kind": units.status_class(status, False),
        "count": f"{each.statuses[status]:,}",
        "share": units.percent(each.statuses[status], each.hits),
    }


def phrase(status: str) -> str:
    """What a status is called."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return ""


def _parameters(each: Endpoint) -> Iterator[dict[str, Any]]:
    for place, part in (("path", "params"), ("query", "query"), ("header", "headers"), ("cookie", "cookies")):
        shape = each.request.get(part, NOTHING)
        for name, value in sorted(shape.fields.items()):
            if name and not (place == "header" and is_ordinary(name)):
                yield {"place": place, **_row(name, value, 0, place != "path" and _is_optional(shape, name))}


def _response(each: Endpoint, status: str) -> dict[str, Any]:
    parts = each.responses[status]
    headers = sorted(parts.get("headers", NOTHING).fields.items())
    return {
        "status": status,
        "phrase": phrase(status),
        "kind": units.status_class(status, False),
        "types": ranked(each.response_types.get(status, {})),
        "headers": [_row(name, value, 0, False) for name, value in headers if not is_ordinary(name)],
        "body": tree(parts["body"]) if "body" in parts else [],
    }


def tree(shape: Shape) -> list[dict[str, Any]]:
    """A shape as lines, each with its level; the value itself comes first."""
    lines: list[dict[str, Any]] = []
    _walk(lines, "", shape, 0, False)
    return lines


def _walk(lines: list[dict[str, Any]], name: str, shape: Shape, level: int, optional: bool) -> None:
    if len(lines) >= LONGEST_TREE:
        return
    lines.append(_row(name, shape, level, optional))
    if shape.names_are_data:
        _walk(lines, "any name", shape.any_field(), level + 1, False)
    else:
        for field, part in shape.fields.items():
            _walk(lines, field, part, level + 1, _is_optional(shape, field))
    if shape.items is not None and (shape.items.fields or shape.items.items is not None):
        _walk(lines, "each", shape.items, level + 1, False)


def _row(name: str, shape: Shape, level: int, optional: bool) -> dict[str, Any]:
    return {
        "name": name,
        "level": min(level, 24),
        "type": type_text(shape),
        "format": shape.format or "",
        "optional": optional,
        "classes": [chip(known) for known in sorted(_own_classes(shape))],
        "cut": shape.cut,
    }


def _own_classes(shape: Shape) -> set[str]:
    """With those of a list's elements, where these have no line of their own."""
    items = shape.items
    return (
        shape.classes | items.classes
        if items is not None and not items.fields and items.items is None
        else shape.classes
    )


def type_text(shape: Shape) -> str:
    """The types in words: `string or null`, `list of integer`."""
    names = [_list_text(shape) if name == "array" else name for name in types_of(shape)]
    return " or ".join(names) or "unknown"


def _list_text(shape: Shape) -> str:
    inner = " or ".join(types_of(shape.items)) if shape.items is not None else ""
    return f"list of {inner}".replace("array", "list") if inner else "empty list"


def _is_optional(shape: Shape, name: str) -> bool:
    return shape.seen >= SURE and name not in shape.required
