"""Who may ask. The agent shows what happens inside applications, so that a web page from elsewhere must not read it,
not even one that makes its own name point to 127.0.0.1 (DNS rebinding).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing but the agent's own files; no inline script or style: what spans contain can't become either.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/?#\s]+)(:\d*)?")
"""A name or address, and a port (RFC 9110, section 7.2)."""
MOST_HEADERS = 64 << 10
"""Bytes of a request's headers together."""


def host_name(values: list[str]) -> str:
    """The name that a request's one Host header has, without port; IPv6 addresses keep their brackets.

    Empty where there is no such header, more than one (RFC 9112, section 3.2), or one that is none.
    """
    found = HOST.fullmatch(values[0].lower()) if len(values) == 1 else None
    return found[1] if found else ""


class KnownHosts:
    """Answers 421 to requests that name a host which is not this agent (for pages and API)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = {*LOOPBACK_NAMES, *(_bracketed(host.lower()) for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Headers(scope=scope).getlist("host")
            if host_name(given) not in self._hosts:
                said = ", ".join(given)[:100]
                text = f"This agent does not answer for the host {said!r}. Allow it with --allow-host.\n"
                await PlainTextResponse(text, 421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


class ShortHeaders:
    """Answers 431 to requests with headers that nobody needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADERS:
            await PlainTextResponse("The headers are too long.\n", 431)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class NoBrowsers:
    """Answers 403 to requests that a web page made (for receivers): tracers send no Origin, browsers always do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "origin" in Headers(scope=scope):
            await PlainTextResponse("Web pages can't send traces here.\n", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class SafeHeaders:
    """Puts the headers on every answer that keep a browser from doing harm."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)
