"""aiohttp's client: one span per request of a session, with the redirects and retries that it makes."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, url_parts
from vedette.instrument.families import generator_coroutines, http_client
from vedette.operations import OutgoingRequest, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def sending(call: Call) -> OutgoingRequest | None:
    """A request: all verbs and the handshakes of WebSockets go through here."""
    session, method, asked = call.args[:3]
    build = getattr(session, "_build_url", None)  # since 3.8: sessions may have a base
    built = asked if build is None else build(asked)
    url = str(built)
    kwargs = call.kwargs
    # A copy: the caller's may be used again, be immutable, or a list of pairs.
    try:
        headers = kwargs["headers"] = sys.modules["multidict"].CIMultiDict(kwargs.get("headers") or ())
    except (TypeError, ValueError):
        return None  # no headers, as the session itself will say
    generator_coroutines.show(call, received)
    host, port = (built.host, built.port) if hasattr(built, "raw_host") else url_parts(url)[:2]
    return http_client.outgoing(integration, "aiohttp.request", method.upper(), url, headers, host, port)


def received(call: Call, response: Any) -> None:
    """The head of the last response; the URL is that of the first request, with its parameters."""
    operation = call.operation
    operation.status = response.status
    operation.response_headers = response.headers
    first = (response.history[0] if response.history else response).request_info
    operation.attributes = {"http.status_msg": response.reason, "user_agent.original": first.headers.get("user-agent")}
    if call.kwargs.get("params"):
        operation.attributes["url.full"] = str(first.url)


def connecting(call: Call) -> Task:
    """A connection is made, or taken from the pool."""
    return Task(f"{type(call.instance).__name__}.connect", attributes={"component": "aiohttp"})


# What was current when the old versions were.
_OLD = ["multidict<5", "yarl<1.5", "async-timeout<4", "chardet<5"]

integration = Integration(
    "aiohttp_client",
    title="aiohttp (client)",
    distribution="aiohttp",
    modules=["aiohttp"],
    floor="2.3.10",
    tested=["2.3.10", "3.6.3", "3.7.4", "3.8.6", "3.10.11", "latest"],
    also=["aiohttp"],
    docs="https://docs.aiohttp.org",
    conventions="http-client",
    protection=["ssrf"],
    options=http_client.OPTIONS,
    pins={"<3.5": _OLD, "<3.9": ["yarl<1.10"]},
    hooks=[
        Around("aiohttp.client:ClientSession._request", sending, received),
        Around("aiohttp.connector:BaseConnector.connect", connecting, option="full"),
    ],
)
