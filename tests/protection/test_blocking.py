"""Refusals: inside of statements, through whatever applications make of them, and the answers that clients get."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from typing import Any

import pytest
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from tests.integrations.asgi_client import ask, drive, pieces_of, run, scope_of, talk
from tests.integrations.made import Spans
from tests.protection import shop
from tests.protection.conftest import triggers
from tests.protection.shop import ran
from tests.protection.shops import CLIENTS, starlette
from tests.protection.shops.flask import FlaskClient
from vedette import _native
from vedette.lifecycle import running
from vedette.operations import IncomingRequest, Query

INJECTED = "x%27%20UNION%20SELECT%20secret%20FROM%20users%20--%20"
QUOTED = "%3Cscript%3Ealert(1)%3C/script%3E"


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Any:
    ran.clear()
    return CLIENTS[request.param]()


@pytest.mark.parametrize("path", ["/search", "/swallow", "/changed"])
def test_statements_are_stopped(client: Any, only_sinks: Any, spans: Spans, path: str) -> None:
    only_sinks("block")
    answer = client(f"{path}?name={INJECTED}")
    assert (answer.status, json.loads(answer.body)["errors"][0]["title"]) == (403, "You've been blocked")
    assert ran[-1] == "before"
    (request,) = [span for span in spans() if span["type"] == "web"]
    assert request["attributes"]["http.response.status_code"] == 403
    assert request["attributes"]["http.route"] == client.route(path)
    assert request["resource"] == client.resource(path)
    assert request["attributes"]["appsec.blocked"] == "true"
    assert not request.get("error")


def test_statements_run_when_monitoring(client: Any, only_sinks: Any, spans: Spans) -> None:
    only_sinks("monitor")
    answer = client(f"/search?name={INJECTED}")
    assert (answer.status, json.loads(answer.body)) == (200, {"rows": [["s3cret"]]})
    (trigger,) = triggers(spans)
    assert trigger["rule"]["tags"]["type"] == "sql_injection"
    assert "blocked" not in trigger
    assert "security_response_id" not in trigger
    location = trigger["location"]
    assert location["file"].endswith("shop.py")
    assert location["function"].rpartition(".")[2] == "search"
    assert location["line"] == source_line("select name from users where")
    (parameter,) = trigger["rule_matches"][0]["parameters"]
    assert parameter["params"]["address"] == "server.request.query"
    assert parameter["resource"]["address"] == "server.db.statement"


def source_line(text: str) -> int:
    with open(shop.__file__, encoding="utf-8") as file:
        return next(number for number, line in enumerate(file, 1) if text in line)


def test_ordinary_names_pass(client: Any, blocking: None, findings: Any) -> None:
    assert json.loads(client("/search?name=bob").body) == {"rows": [["bob"]]}
    assert findings() == []


def test_a_statement_of_a_stream_that_has_not_begun(client: Any, only_sinks: Any) -> None:
    only_sinks("block")
    if not client.begins_streams_at_once:
        assert client(f"/streamed?name={INJECTED}").status == 403
    assert client("/streamed?name=bob").body == b"ended"


def test_a_statement_of_a_stream_that_has_begun_breaks_it_off(client: Any, only_sinks: Any, spans: Spans) -> None:
    only_sinks("block")
    if client.gathers_streams:
        assert client(f"/streamed?begin=1&name={INJECTED}").status == 403
        return
    with pytest.raises(ConnectionResetError, match="protection"):
        client(f"/streamed?begin=1&name={INJECTED}")
    assert ran[-1] == "before"
    (request,) = [span for span in spans() if span["type"] == "web"]
    assert request["attributes"]["http.response.status_code"] == 200
    assert request["attributes"]["appsec.blocked"] == "true"


def test_finding_and_answer_carry_the_same_id(client: Any, blocking: None, spans: Spans) -> None:
    answer = client(f"/page?q={QUOTED}")
    identity = json.loads(answer.body)["security_response_id"]
    found = triggers(spans)
    assert {trigger["security_response_id"] for trigger in found} == {identity}
    assert {trigger["span_id"] for trigger in found} == {spans.last[0]["span_id"]}


def test_findings_are_events_too(client: Any, blocking: None, spans: Spans) -> None:
    client(f"/page?q={QUOTED}", headers={"traceparent": f"00-{3:032x}-{4:016x}-00"})
    (span,) = spans()
    attributes = next(event[1] for event in span["events"] if event[0] == "security.finding")
    assert attributes["security.rule.id"] == "vdt-xss-001"
    assert attributes["security.input.address"] == "server.request.query"
    assert attributes["security.input.path"] == "q.0"
    assert attributes["security.input.value"] == "<script>alert(1)</script>"
    assert attributes["security.blocked"] is True


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, text/html", False),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=x", False),
        ("TEXT/HTML", True),
        (",,;q=;,", False),
    ],
)
def test_the_answers_type_is_what_is_accepted(client: Any, blocking: None, accept: str | None, html: bool) -> None:
    answer = client(f"/page?q={QUOTED}", headers={"Accept": accept} if accept else {})
    assert answer.status == 403
    assert answer.headers["content-type"] == ("text/html;charset=utf-8" if html else "application/json")
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.body.startswith(b"<!DOCTYPE html>" if html else b'{"errors"')


def test_head_gets_no_body(client: Any, blocking: None) -> None:
    answer = client(f"/page?q={QUOTED}", "HEAD")
    assert (answer.status, answer.body) == (403, b"")
    assert int(answer.headers["content-length"]) > 50


def test_own_templates(client: Any, protected: Any, tmp_path: Any, caplog: Any) -> None:
    template = tmp_path / "blocked.json"
    template.write_text('{"no": "[security_response_id]", "sign": "\u20ac"}', encoding="utf-8")
    protected("block", blocked_template_json=str(template), blocked_template_html=str(tmp_path / "missing.html"))
    answer = client(f"/page?q={QUOTED}")
    assert json.loads(answer.body)["sign"] == "\u20ac"
    assert len(json.loads(answer.body)["no"]) == 36
    assert answer.headers["content-length"] == str(len(answer.body))
    assert client(f"/page?q={QUOTED}", headers={"Accept": "text/html"}).body.startswith(b"<!DOCTYPE html>")
    assert [record.message for record in caplog.records if "missing.html" in record.message] != []


def test_path_parameters(client: Any, protected: Any, spans: Spans, tmp_path: Any) -> None:
    rule = {
        "id": "mine-1",
        "name": "Mine",
        "tags": {"type": "mine", "category": "attack_attempt"},
        "on_match": ["block"],
        "conditions": [
            {
                "operator": "match_regex",
                "parameters": {"inputs": [{"address": "server.request.path_params"}], "regex": "forbidden"},
            }
        ],
    }
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    protected("block", protection_rules=str(path))
    assert client("/path/allowed").status == 200
    assert client("/path/forbidden").status == 403
    assert "path" not in ran[-1:] or ran.count("path") == 1
    blocked = spans()[-1]
    assert blocked["attributes"]["http.route"] == client.path_route
    assert blocked["attributes"]["http.response.status_code"] == 403


def test_responses(client: Any, protected: Any, tmp_path: Any) -> None:
    rule = {
        "id": "mine-2",
        "name": "Mine",
        "tags": {"type": "mine", "category": "attack_attempt"},
        "on_match": ["block"],
        "conditions": [
            {
                "operator": "match_regex",
                "parameters": {"inputs": [{"address": "server.response.status"}], "regex": "^404$"},
            }
        ],
    }
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    protected("block", protection_rules=str(path))
    assert client("/page").status == 200
    answer = client("/nowhere")
    assert (answer.status, b"blocked" in answer.body) == (403, True)


@pytest.mark.parametrize("content", ["{", "[]", '{"rules": 7}', None])
def test_a_broken_rule_file_leaves_the_default_rules(
    client: Any, protected: Any, tmp_path: Any, caplog: Any, content: Any
) -> None:
    path = tmp_path / "rules.json"
    if content is not None:
        path.write_text(content)
    protected("block", protection_rules=str(path))
    assert client(f"/page?q={QUOTED}").status == 403
    assert client("/page").status == 200
    warnings = [record.message for record in caplog.records if "rules.json" in record.message]
    assert len(warnings) == 1
    assert "default rules" in warnings[0]


def test_a_broken_rule_is_skipped(client: Any, protected: Any, tmp_path: Any, caplog: Any) -> None:
    from vedette.protection import rule_file

    with open(rule_file.DEFAULT_RULES, encoding="utf-8") as file:
        rules = json.load(file)
    condition = {
        "operator": "match_regex",
        "parameters": {"inputs": [{"address": "server.request.query"}], "regex": "("},
    }
    rules["rules"].append({"id": "bad", "name": "Bad", "tags": {"type": "x"}, "conditions": [condition]})
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules))
    protected("block", protection_rules=str(path))
    assert client(f"/page?q={QUOTED}").status == 403
    assert [record.message for record in caplog.records if "bad" in record.message] != []


def test_errors_within_protection_change_nothing(client: Any, blocking: None, monkeypatch: Any, caplog: Any) -> None:
    from vedette.protection.state import RequestState

    client("/page")

    def failing(*_: Any, **__: Any) -> bool:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(RequestState, "inspect", failing)
    state = running()
    assert state is not None
    before = state.registry.installed[client.integration].switch.failures
    for _ in range(25):
        assert client(f"/page?q={QUOTED}").status == 200
        assert client(f"/search?name={INJECTED}").status == 200
    assert client("/body/json", "POST", {"Content-Type": "application/json"}, b'["x"]').status == 200
    assert state.registry.installed[client.integration].switch.failures == before
    assert len([record for record in caplog.records if "protection" in record.message]) == 1


def test_secrets_are_not_told(client: Any, blocking: None, spans: Spans) -> None:
    client(f"/page?password={QUOTED}&api_key=12345abc")
    client("/body/raw", "POST", {"Content-Type": "text/plain"}, b'<script>alert(1)</script> {"password": "hunter2"}')
    text = json.dumps([[span.get("structures", {}).get("appsec"), str(span.get("events"))] for span in spans()])
    assert "Redacted" in text
    assert "hunter2" not in text
    assert "12345abc" not in text
    assert "alert(1)" in text  # of the text, which is no secret


@pytest.mark.parametrize(
    ("headers", "options", "expected"),
    [
        ({}, {}, "peer"),
        ({"X-Forwarded-For": "10.0.0.1, 8.8.8.8"}, {}, "8.8.8.8"),
        ({"X-Real-Ip": "8.8.4.4:1000"}, {}, "8.8.4.4"),
        ({"X-Forwarded-For": "1.1.1.1", "X-Mine": "9.9.9.9"}, {"client_ip_header": "X-Mine"}, "9.9.9.9"),
        ({"X-Forwarded-For": "' or 1=1 --"}, {}, "peer"),
    ],
)
def test_the_clients_address(
    client: Any, protected: Any, spans: Spans, headers: Any, options: Any, expected: str
) -> None:
    protected("monitor", **options)
    client("/page", headers=headers)
    attributes = spans()[0]["attributes"]
    peer = attributes["network.peer.address"]
    assert attributes["client.address"] == (peer if expected == "peer" else expected)


def test_attacked_traces_are_kept(client: Any, monitoring: None) -> None:
    _native.take()
    client(
        f"/page?q={QUOTED}",
        headers={"x-datadog-trace-id": "5", "x-datadog-parent-id": "6", "x-datadog-sampling-priority": "0"},
    )
    (chunk,) = _native.take()
    assert chunk["priority"] == 2, chunk.keys()


@pytest.mark.parametrize("extensions", [{}, {"websocket.http.response": {}}])
def test_websocket_handshakes(blocking: None, spans: Spans, extensions: Any) -> None:
    ran.clear()
    answered = talk(starlette.shop(), f"/socket?q={QUOTED}", extensions=extensions)
    assert ran == []
    if extensions:
        assert (answered.status, b"blocked" in answered.body) == (403, True)
    else:
        assert answered.sent == [{"type": "websocket.close", "code": 1008}]
    span = spans.one()
    assert (span["attributes"]["http.response.status_code"], span["attributes"]["appsec.blocked"]) == (403, "true")


def test_websockets_pass(blocking: None) -> None:
    ran.clear()
    talk(starlette.shop(), "/socket?q=fine")
    assert ran == ["socket"]


def test_a_cancelled_request_stays_cancelled(only_sinks: Any) -> None:
    only_sinks("block")

    async def slow(request: Request) -> PlainTextResponse:
        try:
            sqlite3.connect(":memory:").execute(f"select '{request.query_params['name']}'")
        except BaseException:
            await asyncio.sleep(30)
        return PlainTextResponse("late")

    async def scenario() -> None:
        app = Starlette(routes=[Route("/", slow)])
        await asyncio.wait_for(drive(app, scope_of(f"/?name={INJECTED}"), pieces_of(b"")), 0.05)

    with pytest.raises(asyncio.TimeoutError):
        run(scenario())


def test_an_application_that_answers_before_it_reads(blocking: None, findings: Any) -> None:
    async def early(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        message = await receive()
        await send({"type": "http.response.body", "body": message["body"]})

    body = b"<script>alert(1)</script>"
    app = Starlette(routes=[Mount("/", early)])
    answered = ask(app, "/", "POST", {"content-type": "text/plain"}, body)
    assert answered.body == b"a" + body
    assert [found[-1] for found in findings()] == [False]


def test_an_interrupt_is_never_answered(only_sinks: Any) -> None:
    only_sinks("block")
    app = Flask("interrupted")

    @app.route("/")
    def interrupted() -> str:
        from flask import request

        try:
            sqlite3.connect(":memory:").execute(f"select '{request.args['name']}'")
        except BaseException:
            raise KeyboardInterrupt from None
        return "not reached"

    with pytest.raises(KeyboardInterrupt):
        app.test_client().get(f"/?name={INJECTED}")


def test_first_requests_at_once_wake_the_protection_once(protected: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    protected("block")
    client = FlaskClient()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client(f"/page?q={QUOTED}").status, range(16)))
    assert answers == [403] * 16
    kinds = [type(listener).__name__ for listener in IncomingRequest.listeners]
    assert (sorted(kinds), len(Query.listeners)) == (["Inventory", "RequestGate"], 1)


def test_taken_off_again(protected: Any) -> None:
    from vedette.protection import protect
    from vedette.settings import load

    before = (IncomingRequest.listeners, Query.listeners)
    undo = protect(load({"protection": "block"}))
    client = FlaskClient()
    assert client(f"/page?q={QUOTED}").status == 403
    undo()
    assert client(f"/page?q={QUOTED}").status == 200
    assert (IncomingRequest.listeners, Query.listeners) == before


def test_nothing_is_logged_for_ordinary_attacks(client: Any, blocking: None, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING):
        client(f"/page?q={QUOTED}")
        client(f"/search?name={INJECTED}")
    assert caplog.records == []
