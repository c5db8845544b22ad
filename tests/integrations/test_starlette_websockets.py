"""Starlette: WebSocket connections and their messages."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette

from tests.integrations.asgi_client import talk, text
from tests.integrations.made import Spans
from tests.integrations.starlette_app import EXPECTED, made, raised_by


@pytest.fixture(scope="module")
def app() -> Starlette:
    return made()


message = EXPECTED.message
HANDSHAKE = EXPECTED.request(
    "websocket /socket/{room}",
    "/socket/1",
    101,
    "/socket/{room}",
    method="GET",
    base="ws://testserver",
    type="websocket",
)
HANDSHAKE["attributes"]["http.upgraded"] = "websocket"


def test_messages_are_traces_linked_to_the_handshake(app: Any, spans: Spans) -> None:
    answered = talk(app, "/socket/1", [text("hello"), text("close")])
    assert [sent["type"] for sent in answered.sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert spans() == [HANDSHAKE, *EXPECTED.conversation((5, "text"))]
    handshake, *others = spans.last
    assert len({span["trace_id"] for span in spans.last}) == 3
    linked = [span["links"][0][1] for span in others if span.get("links")]
    assert linked == [handshake["span_id"]] * 4


def test_an_exception_belongs_to_its_message(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="in a message"):
        talk(app, "/socket/1", [text("fail")])
    handshake, received, _ = spans()
    assert handshake == HANDSHAKE
    assert received == {**message("receive", 4), "error": True, "failure": ("LookupError", "in a message")}


def test_the_client_closes(app: Any, spans: Spans) -> None:
    assert raised_by(lambda: talk(app, "/socket/1", [text("x")])) in (None, "WebSocketDisconnect")
    assert [(span["name"], span.get("error")) for span in spans()] == [
        ("starlette.request", None),
        ("websocket.receive", None),
        ("sqlite.query", None),
        ("websocket.send", None),
    ]


def test_a_handshake_that_is_refused(app: Any, spans: Spans) -> None:
    assert [sent["type"] for sent in talk(app, "/refusing").sent] == ["websocket.close"]
    span = spans.one()
    assert (span["resource"], span["attributes"]["http.response.status_code"]) == ("websocket /refusing", 403)


def test_websockets_untraced(app: Any, spans: Spans, option: Any) -> None:
    option("starlette", trace_websocket=False)
    talk(app, "/socket/1", [text("close")])
    assert [span["name"] for span in spans()] == ["sqlite.query"]
