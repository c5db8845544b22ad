"""The parts of a request and its response whose shapes are told."""

from __future__ import annotations

from vedette.operations.response_body import is_plain_json
from vedette.protection import addresses
from vedette.protection.api_security.web_token import token_parts
from vedette.protection.bodies import body_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations import IncomingRequest

    Part = tuple[str, str, Any]
    """Name, kind and content, as `_native.schemas` wants them."""

_PLAIN = (str, int, float, bool, type(None))


def request_parts(operation: IncomingRequest, headers: dict[str, Any]) -> list[Part]:
    """Headers (given by their names, cookies among them), cookies, query, path parameters, body, and the token."""
    cookies = headers.get("cookie") or ""
    parts: list[Part] = [
        ("request.headers", "data", {name: value for name, value in headers.items() if name != "cookie"}),
        ("request.cookies", "cookies", cookies if isinstance(cookies, str) else "; ".join(cookies))
        if cookies
        else ("request.cookies", "data", {}),
        ("request.query", "form", operation.query),
    ]
    if operation.path_params:
        parts.append(("request.params", "data", {name: _plain(it) for name, it in operation.path_params.items()}))
    token = token_parts(headers.get("authorization"))
    if token is not None:
        parts.append(("request.jwt", "data", token))
    return [*parts, *_body(operation)]


def _plain(value: Any) -> Any:
    """A path parameter as it is; what frameworks make of it (a UUID, a date) as text."""
    return value if isinstance(value, _PLAIN) else str(value)


def _body(operation: IncomingRequest) -> list[Part]:
    """What was read of the body, if it has fields; a JSON text that was cut has none that can be read."""
    body = operation.body
    if body is None or not body.seen:
        return []
    known, raw = body_parts(body.content_type, bytes(body.data), body.whole)
    fields = known.get(addresses.BODY)
    if isinstance(fields, dict):
        return [("request.body", "fields", {name: value for name, value in fields.items() if name})]
    return [("request.body", kind, content) for name, kind, content in raw if name == addresses.BODY and kind != "text"]


def response_parts(operation: IncomingRequest, headers: dict[str, Any]) -> list[Part]:
    """Headers, and the body if it was collected and is JSON as a whole."""
    parts: list[Part] = [("response.headers", "data", headers)]
    body = operation.response_body
    if body is not None and body.whole and is_plain_json(operation.response_headers):
        parts.append(("response.body", "json", bytes(body.data)))
    return parts
