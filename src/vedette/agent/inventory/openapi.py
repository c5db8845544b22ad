"""The inventory of one service as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from vedette.agent.inventory.endpoint import Endpoint
from vedette.agent.inventory.json_schema import SURE, json_schema
from vedette.agent.inventory.route_template import Parameter, Template, template
from vedette.agent.inventory.security_schemes import NONE, kind
from vedette.agent.inventory.shape import Shape

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
ORDINARY = {
    "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control",
    "connection", "content-encoding", "content-length", "content-type", "cookie", "date", "dnt", "etag", "expect",
    "expires", "forwarded", "from", "host", "if-match", "if-modified-since", "if-none-match", "if-range",
    "keep-alive", "last-modified", "origin", "pragma", "priority", "proxy-authorization", "range", "referer",
    "server", "set-cookie", "te", "traceparent", "tracestate", "baggage", "trailer", "transfer-encoding", "upgrade",
    "upgrade-insecure-requests", "user-agent", "vary", "via", "x-real-ip",
}  # fmt: skip
ORDINARY_BEGINNINGS = ("sec-", "x-forwarded-", "x-datadog-", "x-b3-", "cf-", "true-client")
NOTHING = Shape()


def openapi(service: str, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The document. What OpenAPI has no place for (WebSockets, other methods) is named in `x-vedette-left-out`."""
    known = sorted(endpoints, key=lambda each: (each.identity.route, each.identity.method))
    described = [each for each in known if each.identity.method in METHODS]
    paths, used = _paths(described), _kinds(described)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": service,
            "version": _day(max((each.last_seen for each in known), default=0)),
            "description": f"What requests to {service} looked like, as vedette saw them.",
        },
        "paths": paths,
    }
    schemes = {name: scheme for _, name, scheme in map(kind, sorted(used)) if name}
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    others = [f"{each.identity.method} {each.identity.route}" for each in known if each not in described]
    return {**document, "x-vedette-left-out": others} if others else document


def _kinds(endpoints: list[Endpoint]) -> set[str]:
    return {told for each in endpoints for told in each.authentication}


def _paths(endpoints: list[Endpoint]) -> dict[str, Any]:
    """Operations by path and method. Of two routes with paths of one form (`/a/<x>`, `/a/<int:y>`) the names of the
    first count; if both have the same method, the busier one is described and names the other.
    """
    forms: dict[str, Template] = {}
    chosen: dict[tuple[str, str], tuple[Endpoint, Template, list[str]]] = {}
    for each in sorted(endpoints, key=lambda each: -each.hits):
        own = template(each.identity.route)
        first = forms.setdefault(own.form, own)
        key = (first.path, each.identity.method.lower())
        if key in chosen:
            chosen[key][2].append(each.identity.route)
        else:
            chosen[key] = (each, _renamed(own, first), [])
    paths: dict[str, Any] = {}
    names: set[str] = set()
    for (path, method), (each, own, others) in sorted(chosen.items(), key=lambda item: item[0]):
        paths.setdefault(path, {})[method] = _operation(each, own, others, _operation_id(method, path, names))
    return paths


def _renamed(own: Template, first: Template) -> Template:
    """The template with the parameter names of another one of its form."""
    pairs = zip(own.parameters, first.parameters)
    return Template(first.path, tuple(mine._replace(name=other.name) for mine, other in pairs))


def _operation_id(method: str, path: str, taken: set[str]) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path) or ["root"]
    name = method + "".join(word[:1].upper() + word[1:] for word in words)
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found)
    return found


def _operation(each: Endpoint, path: Template, others: list[str], name: str) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": f"{each.identity.method} {each.identity.route}"}
    parameters = [*_path_parameters(each, path), *_parameters(each)]
    if parameters:
        operation["parameters"] = parameters
    body = each.request.get("body")
    if body is not None:
        content = {media: {"schema": json_schema(body)} for media in each.request_types or {"application/json": 1}}
        operation["requestBody"] = {"content": content}
    operation["responses"] = _responses(each)
    security: list[dict[str, list[str]]] = [
        {known.name: []} if known.name else {} for known in map(kind, sorted(each.authentication))
    ]
    if security and any(security):
        operation["security"] = security
    return {**operation, "x-vedette": _told(each, others)}


def _told(each: Endpoint, others: list[str]) -> dict[str, Any]:
    """What OpenAPI has no word for."""
    told: dict[str, Any] = {
        "requests": each.hits,
        "sampled": each.sampled,
        "attacks": each.attacks,
        **({"first-seen": _moment(each.first_seen), "last-seen": _moment(each.last_seen)} if each.hits else {}),
        "authentication": sorted(each.authentication) or [NONE],
        "sensitive-data": sorted({name for classes in each.classes().values() for name in classes}),
    }
    if each.guessed:
        told["guessed-route"] = True
    return {**told, "also": others} if others else told


def _path_parameters(each: Endpoint, path: Template) -> list[dict[str, Any]]:
    fields = each.request.get("params", NOTHING).fields
    return [
        {"name": one.name, "in": "path", "required": True, "schema": _path_schema(one, fields.get(one.name))}
        for one in path.parameters
    ]


def _path_schema(parameter: Parameter, seen: Shape | None) -> dict[str, Any]:
    """What the template says of a parameter, and what its values told."""
    schema = json_schema(seen) if seen is not None else {}
    schema["type"] = parameter.type if parameter.type != "string" else schema.get("type", "string")
    if parameter.format:
        schema["format"] = parameter.format
    return schema


def _parameters(each: Endpoint) -> list[dict[str, Any]]:
    """Parameters of the query, headers and cookies, as far as they are not those of every request, nor the key."""
    keys = {(known.scheme.get("in"), known.scheme.get("name")) for known in map(kind, each.authentication)}
    found = []
    for place, part in (("query", "query"), ("header", "headers"), ("cookie", "cookies")):
        shape = each.request.get(part, NOTHING)
        for name, value in shape.fields.items():
            if (place, name) not in keys and name and not (place == "header" and is_ordinary(name)):
                found.append(
                    {"name": name, "in": place, "required": _is_required(shape, name), "schema": json_schema(value)}
                )
    return found


def _is_required(shape: Shape, name: str) -> bool:
    return shape.seen >= SURE and name in shape.required


def is_ordinary(header: str) -> bool:
    """Whether a header says nothing of the endpoint."""
    return header in ORDINARY or header.startswith(ORDINARY_BEGINNINGS)


def _responses(each: Endpoint) -> dict[str, Any]:
    statuses = {status: each.responses.get(status, {}) for status in (*each.statuses, *each.responses)}
    found = {
        status: _response(status, parts, each.response_types.get(status, {}))
        for status, parts in sorted(statuses.items())
        if re.fullmatch("[1-5][0-9][0-9]", status)
    }
    return found or {"default": {"description": "No response was seen."}}


def _response(status: str, parts: dict[str, Shape], types: dict[str, int]) -> dict[str, Any]:
    response: dict[str, Any] = {"description": _phrase(status)}
    headers = {
        name: {"schema": json_schema(value)}
        for name, value in parts.get("headers", NOTHING).fields.items()
        if not is_ordinary(name)
    }
    if headers:
        response["headers"] = headers
    body = parts.get("body")
    media = types or ({"application/json": 1} if body is not None else {})
    content = {name: {"schema": json_schema(body)} if body is not None and "json" in name else {} for name in media}
    return {**response, "content": content} if content else response


def _phrase(status: str) -> str:
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return f"Status {status}"


def _moment(nanoseconds: int) -> str:
    try:
        at = datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc)
    except (OverflowError, ValueError, OSError):  # a sender's clock may say anything
        return ""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _day(nanoseconds: int) -> str:
    return _moment(nanoseconds)[:10] or "unknown"
