"""A request's parts under the names that rules know (the addresses of the event-rule schema)."""
from __future__ import annotations

from urllib.parse import parse_qs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations import IncomingRequest
    from vedette.operations.incoming_request import Headers

_MOST_FIELDS = 1_000


def of_request(operation: IncomingRequest, client: str | None) -> dict[str, Any]:
    """What is known before the body is read."""
    headers, cookies = split_cookies(operation.headers)
    addresses: dict[str, Any] = {
        "server.request.method": operation.method,
        "server.request.uri.raw": raw_uri(operation),
        "server.request.headers.no_cookies": headers,
    }
    if operation.query:
        addresses["server.request.query"] = query_fields(operation.query)
    if cookies:
        addresses["server.request.cookies"] = cookies
    if client:
        addresses["http.client_ip"] = client
    return addresses


def of_response(operation: IncomingRequest) -> dict[str, Any]:
    """What the application answers, before it leaves."""
    headers = operation.response_headers
    return {
        "server.response.status": str(operation.status),
        "server.response.headers.no_cookies": {
            name: value for name, value in (headers.items() if headers else ()) if name != "set-cookie"
        },
    }


def raw_uri(operation: IncomingRequest) -> str:
    """Path and query as they were sent."""
    rest = operation.url.partition("://")[2]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def split_cookies(headers: Headers) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Headers without cookies, and cookies by name; what comes repeatedly is a list."""
    plain: dict[str, Any] = {}
    cookies: dict[str, list[str]] = {}
    for name, value in headers.items():
        if name == "cookie":
            for item in value.split(";"):
                key, _, content = item.strip().partition("=")
                cookies.setdefault(key, []).append(content)
        elif name in plain:
            earlier = plain[name]
            plain[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            plain[name] = value
    return plain, cookies


def query_fields(query: str) -> dict[str, list[str]] | str:
    """The fields of a query string or form; the text itself where it has too many."""
    try:
        return parse_qs(query, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return query
