"""Drives ASGI applications without a server: every message in the test's hands."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


@dataclass
class Answered:
    """What an application sent."""

    sent: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        """Of the response that was begun."""
        started = [message["status"] for message in self.sent if message["type"].endswith("response.start")]
        assert len(started) == 1, self.sent
        return int(started[0])

    @property
    def body(self) -> bytes:
        """All pieces."""
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def headers(self) -> dict[str, str]:
        """Of the response."""
        pairs = next(message["headers"] for message in self.sent if message["type"].endswith("response.start"))
        return {name.decode(): value.decode() for name, value in pairs}


def scope_of(path: str, method: str = "GET", headers: dict[str, str] | None = None, **more: Any) -> Message:
    """The scope of a request, as a server makes it."""
    path, _, query = path.partition("?")
    named = {"host": "testserver", **(headers or {})}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()],
        "client": ("10.1.2.3", 4000),
        "server": ("testserver", 80),
        **more,
    }


async def drive(app: Any, scope: Message, incoming: Sequence[Message], answered: Answered | None = None) -> Answered:
    """Runs an application; when its messages are used up, the client is gone as soon as the response is complete."""
    answered = answered or Answered()
    left = list(incoming)
    done = asyncio.Event()

    async def receive() -> Message:
        if left:
            return left.pop(0)
        await done.wait()
        kind = "websocket" if scope["type"] == "websocket" else "http"
        return {"type": f"{kind}.disconnect", "code": 1006}

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        answered.sent.append(message)
        if message["type"].endswith("response.body") and not message.get("more_body"):
            done.set()

    await app(scope, receive, send)
    return answered


def pieces_of(body: bytes | Sequence[bytes]) -> list[Message]:
    """The messages of a body."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    last = len(pieces) - 1
    return [{"type": "http.request", "body": piece, "more_body": at < last} for at, piece in enumerate(pieces)]


def run(coroutine: Any) -> Any:
    """In an event loop and context of its own, as a server's process has them."""
    return contextvars.Context().run(asyncio.run, coroutine)


def ask(
    app: Any,
    path: str = "/",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | Sequence[bytes] = b"",
    **more: Any,
) -> Answered:
    """One request to an application."""
    answered: Answered = run(drive(app, scope_of(path, method, headers, **more), pieces_of(body)))
    return answered


def talk(
    app: Any, path: str, messages: Sequence[Message] = (), headers: dict[str, str] | None = None, **more: Any
) -> Answered:
    """One WebSocket connection: these messages after the connect, then the client is gone."""
    scope = {**scope_of(path, headers=headers), "type": "websocket", "scheme": "ws", "subprotocols": [], **more}
    del scope["method"]
    incoming = [{"type": "websocket.connect"}, *messages, {"type": "websocket.disconnect", "code": 1001}]
    answered: Answered = run(drive(app, scope, incoming))
    return answered


def text(content: str) -> Message:
    """A text message from the client."""
    return {"type": "websocket.receive", "text": content}
