"""The spans that a web framework is expected to make, whole."""

from __future__ import annotations

import dataclasses
from typing import Any

Span = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Expected:
    """A framework's spans: of requests that this client sent, and of a WebSocket with this resource."""

    component: str
    service: str
    socket: str = ""
    peer: str = "10.1.2.3"

    def request(self, resource: str, url: str, status: int | None = 200, route: str | None = None, **more: Any) -> Span:
        """A request for the URL, below `base`; its `method` is the resource's first word, if it is not given."""
        attributes = {
            "component": self.component,
            "http.request.method": more.pop("method", resource.partition(" ")[0]),
            "http.response.status_code": status,
            "http.route": route,
            "network.peer.address": self.peer,
            "network.protocol.version": "1.1",
            "url.full": more.pop("base", "http://testserver") + url,
        }
        known = {key: value for key, value in attributes.items() if value is not None}
        span = {"name": f"{self.component}.request", "service": self.service, "type": "web", "kind": "server"}
        return {**span, "resource": resource, **more, "attributes": known}

    def query(self, parent: str | None = None, statement: str = "select 1") -> Span:
        """A statement that was run within a request, or within the parent that is named."""
        tags = {"component": "sqlite", "db.system.name": "sqlite"}
        span = {"name": "sqlite.query", "resource": statement, "service": "sqlite", "type": "sql", "kind": "client"}
        return {**span, "parent": parent or f"{self.component}.request", "attributes": tags}

    def message(self, kind: str, length: int, parent: str | None = None, form: str = "text") -> Span:
        """A message of a WebSocket that was received or sent."""
        return self.message_span(kind, parent, message_type=form, message_length=length, message_frames=1)

    def message_span(self, kind: str, parent: str | None = None, **attributes: Any) -> Span:
        """Whatever happened at a WebSocket."""
        made: Span = {
            "name": f"websocket.{kind}",
            "resource": self.socket,
            "service": self.service,
            "type": "websocket",
            "kind": "consumer" if kind == "receive" else "producer",
            "links": 1,
        }
        named = {f"websocket.{key.replace('_', '.')}": value for key, value in attributes.items()}
        return {**made, **({"parent": parent} if parent else {}), "attributes": {"component": self.component, **named}}

    def conversation(self, *heard: tuple[int, str]) -> list[Span]:
        """Messages with a statement and an answer of twice their length each, and a last one that closes."""
        within = "websocket.receive"
        answered = [
            span
            for length, form in heard
            for span in (
                self.message("receive", length, form=form),
                self.query(within),
                self.message("send", 2 * length, within, form=form),
            )
        ]
        closed = self.message_span("close", within, close_code=1001)
        return [*answered, self.message("receive", 5), self.query(within), closed]


def served(made: list[Span]) -> list[Span]:
    """Those that are not of the client that asked."""
    return [span for span in made if span["attributes"]["component"] != "aiohttp_client"]
