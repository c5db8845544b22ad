"""Rules on what applications answer: `server.response.body`, before it goes out."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

import vedette
from tests.protection.conftest import triggers
from tests.protection.shops import CLIENTS

SECRET = "-----BEGIN PRIVATE KEY-----"
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Any:
    return CLIENTS[request.param]()


@pytest.fixture
def rules(tmp_path: Any) -> str:
    """The example of the documentation."""
    examples = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "rules.json"
    path.write_text(next(example for example in examples if "server.response.body" in example))
    return str(path)


def _echo(client: Any, text: str) -> Any:
    """The shops answer with the JSON that they were sent."""
    body = json.dumps({"deep": [text]}).encode()
    return client("/body/json", "POST", {"Content-Type": "application/json"}, body)


async def _none() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


def _sent_by(app: Any) -> list[Any]:
    """All messages by which an ASGI application answers."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "scheme": "http"}
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(vedette.instrument_asgi(app)(scope, _none, send))
    return messages


def test_it_is_replaced(client: Any, protected: Any, rules: str, spans: Any) -> None:
    protected("block", protection_rules=rules)
    assert (_echo(client, "harmless").status, triggers(spans)) == (200, [])
    answer = _echo(client, SECRET)
    assert (answer.status, SECRET.encode() in answer.body, b"blocked" in answer.body) == (403, False, True)
    assert answer.headers.get("content-length", str(len(answer.body))) == str(len(answer.body))
    (trigger,) = triggers(spans)
    (parameter,) = trigger["rule_matches"][0]["parameters"]
    assert (parameter["address"], parameter["key_path"][-1]) == ("server.response.body", "0")
    assert trigger["rule"]["on_match"] == ["block"]


def test_it_is_only_told(client: Any, protected: Any, rules: str, spans: Any) -> None:
    protected("monitor", protection_rules=rules)
    answer = _echo(client, SECRET)
    assert (answer.status, SECRET.encode() in answer.body, len(triggers(spans))) == (200, True, 1)


def test_nothing_is_copied_where_no_rule_asks(client: Any, protected: Any, monkeypatch: Any) -> None:
    from vedette.operations.incoming_request import IncomingRequest

    asked: list[bool] = []
    monkeypatch.setattr(IncomingRequest, "collect_response", lambda self, decides=False: asked.append(decides))
    protected("block", api_security=False)
    _echo(client, SECRET)
    assert asked == []


LENGTH = [(b"content-type", b"text/plain"), (b"content-length", b"36")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [(LENGTH, 403), ([(b"content-type", b"text/plain")], 200), ([(b"content-type", b"image/png"), LENGTH[1]], 200)],
    ids=["announced", "endless", "no text"],
)
def test_pieces(protected: Any, rules: str, spans: Any, headers: Any, status: int) -> None:
    """Pieces wait for each other where the end is known; a stream goes out, and is told of."""
    protected("block", protection_rules=rules)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in (SECRET[:9], SECRET[9:] + " " * 9):
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    messages = _sent_by(app)
    body = b"".join(message.get("body", b"") for message in messages)
    assert (messages[0]["status"], SECRET.encode() in body) == (status, status == 200)
    assert [message["type"] for message in messages].count("http.response.start") == 1
    assert len(triggers(spans)) == (0 if b"image/png" in dict(headers).values() else 1)


def test_an_answer_that_is_too_short_goes_out(protected: Any, rules: str) -> None:
    protected("block", protection_rules=rules)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
        await send({"type": "http.response.body", "body": b"short", "more_body": True})

    messages = _sent_by(app)
    assert [message.get("body") for message in messages] == [None, b"short"]


def test_wsgi_in_pieces(protected: Any, rules: str, spans: Any) -> None:
    protected("block", protection_rules=rules)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "27")])
        return (letter.encode() for letter in SECRET)

    started: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http", "HTTP_HOST": "shop"}
    answer = vedette.instrument_wsgi(app)(environ, lambda status, *_: started.append(status))
    body = b"".join(answer)
    assert (started[-1], SECRET.encode() in body, len(triggers(spans))) == ("403 Forbidden", False, 1)
