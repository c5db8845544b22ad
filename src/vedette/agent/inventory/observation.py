"""What one span tells of an endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from vedette.agent.query.statements import Row

PREFIX = "security.api."
REQUEST = ("headers", "cookies", "query", "params", "body", "jwt")
RESPONSE = ("headers", "body")
MOST_TEXT = 500
"""Characters of a name that are kept."""
FROM_CLASSES = {
    "credentials:bearer_token": "bearer", "credentials:basic_auth": "basic", "credentials:digest_auth": "digest",
}  # fmt: skip


@dataclass(frozen=True)
class Observation:
    """One request that an endpoint answered."""

    service: str
    env: str
    method: str
    """In capitals; `WS` for the opening of a WebSocket."""
    route: str
    """The framework's template, or what the path was taken for where no router knew it."""
    guessed: bool
    """Whether no router knew it."""
    status: str
    error: bool
    attack: bool
    blocked: bool
    moment: int
    """Its end, nanoseconds since the epoch."""
    request: dict[str, Any]
    """Encoded schemas of what was sampled, by part."""
    response: dict[str, Any]
    request_type: str
    """Media type of the request's body; empty if it is not known."""
    response_type: str
    formats: dict[str, dict[str, str]]
    """Formats of strings by their place, by part (`request.body`)."""
    authentication: tuple[str, ...]
    """Empty if it was not told."""


def observed(row: Row) -> Observation | None:
    """What a span (a row of `requests.sql`) tells; None if it is no request to an endpoint."""
    if row["kind"] != "server" and row["type"] not in ("web", "websocket"):
        return None
    said = _object(row["attributes"])
    route = said.get("http.route") or said.get("http.endpoint")
    method = "WS" if row["type"] == "websocket" else said.get("http.request.method")
    if not isinstance(route, str) or not isinstance(method, str):
        return None
    request, response = _schemas(said, "request", REQUEST), _schemas(said, "response", RESPONSE)
    return Observation(
        service=row["service"][:MOST_TEXT],
        env=row["env"][:MOST_TEXT],
        method=method.upper()[:20],
        route=route[:MOST_TEXT] if route.startswith("/") else f"/{route}"[:MOST_TEXT],
        guessed=not said.get("http.route"),
        status=row["status"][:3],
        error=bool(row["error"]),
        attack=bool(row["attack"]),
        blocked=bool(row["blocked"]),
        moment=int(row["start"]) + int(row["duration"]),
        request=request,
        response=response,
        request_type=_text(said.get(f"{PREFIX}request.type")),
        response_type=_text(said.get(f"{PREFIX}response.type")),
        formats=_formats(said.get(f"{PREFIX}formats")),
        authentication=_authentication(said.get(f"{PREFIX}authentication"), request),
    )


def _object(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):  # cut off by a limit, or made to hurt
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value[:100] if isinstance(value, str) else ""


def _schemas(said: dict[str, Any], side: str, parts: tuple[str, ...]) -> dict[str, Any]:
    found = {part: _encoded(said.get(f"{PREFIX}{side}.{part}.schema")) for part in parts}
    return {part: encoded for part, encoded in found.items() if encoded is not None}


def _encoded(text: Any) -> list[Any] | None:
    if not isinstance(text, str):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _formats(text: Any) -> dict[str, dict[str, str]]:
    found = _object(text)
    return {
        part: {place: format for place, format in told.items() if isinstance(format, str)}
        for part, told in found.items()
        if isinstance(told, dict)
    }


def _authentication(told: Any, request: dict[str, Any]) -> tuple[str, ...]:
    """As it was told; a Datadog tracer tells it as the class of the header `authorization` alone."""
    if isinstance(told, str) and told:
        return tuple(kind[:MOST_TEXT] for kind in told.split(",")[:20])
    fields = request.get("headers", [{}])[:1]
    header = fields[0].get("authorization") if fields and isinstance(fields[0], dict) else None
    said = header[1] if isinstance(header, list) and len(header) > 1 and isinstance(header[1], dict) else {}
    kind = FROM_CLASSES.get(f"{said.get('category')}:{said.get('type')}")
    return (kind,) if kind else ()
