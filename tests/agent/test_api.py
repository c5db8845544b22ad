"""The JSON API: what it describes of itself, and whether it answers so."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.agent.conftest import LocalAgent
from tests.agent.made import row
from vedette.agent.options import Options
from vedette.agent.serve import operations
from vedette.agent.serve.endpoints import ALL

TRACE = "ab" * 16


@pytest.fixture(scope="module")
def shop():
    """An agent with a request that queries in a loop, fails, is attacked, and calls out; a job, a log, a metric."""
    agent = LocalAgent(Options())
    yield stocked(agent)
    agent.close()


def stocked(agent: LocalAgent) -> LocalAgent:
    base = row().start
    finding = {"name": "security.finding", "time_unix_nano": 1, "attributes": {"rule.id": "sqli"}}
    failure = {"type": "ValueError", "message": "no money", "stack": 'File "shop.py", line 7\n'}
    request = row(
        trace_id=TRACE,
        span_id=1,
        duration=900,
        start=base,
        resource="GET /cart",
        status="500",
        error=True,
        failure=failure,
        attack=True,
        events=[finding],
    )
    queries = [
        row(
            trace_id=TRACE,
            span_id=2 + n,
            parent_id=1,
            service="pg",
            name="postgres.query",
            type="sql",
            kind="client",
            resource="SELECT ?",
            start=base + n * 10,
            duration=8,
        )
        for n in range(12)
    ]
    call = row(
        trace_id=TRACE,
        span_id=20,
        parent_id=1,
        kind="client",
        type="http",
        name="http.request",
        resource="GET pay",
        start=base + 200,
        duration=600,
        attributes={"server.address": "pay"},
    )
    job = row(kind="consumer", type="worker", name="celery.run", resource="mail.send")
    agent.store([request, *queries, call, job])
    log = {"timeUnixNano": str(base), "severityNumber": 17, "severityText": "ERROR", "traceId": TRACE}
    log.update({"spanId": f"{1:016x}", "body": {"stringValue": "no money"}})
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    scope = {"scope": {"name": "shop.cart"}, "logRecords": [log]}
    sent = agent.client.post("/v1/logs", json={"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]})
    assert sent.status_code == 200
    point = {"timeUnixNano": str(base), "asInt": "3", "attributes": []}
    metric = {"name": "orders", "unit": "1", "sum": {"dataPoints": [point], "aggregationTemporality": 2}}
    scope = {"scope": {}, "metrics": [metric]}
    sent = agent.client.post("/v1/metrics", json={"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]})
    assert sent.status_code == 200
    return agent


def test_the_document_is_valid_openapi(agent):
    document = agent.client.get("/api/openapi.json").json()
    validate(document)
    assert {endpoint.path for endpoint in ALL} < set(document["paths"])


def test_every_address_of_the_api_is_described(agent):
    """Also those that pages answer: whatever has a route has its place in the document, with its methods."""
    described = agent.client.get("/api/openapi.json").json()["paths"]
    assert {(path, method) for path, methods in described.items() for method in methods} == {
        (re.sub(r":\w+}", "}", route.path), method.lower())
        for route in agent.client.app.page.routes
        if route.path.startswith("/api/") and route.path != "/api/openapi.json"
        for method in route.methods - {"HEAD"}
    }


def test_what_pages_answer_as_json_is_as_described(shop):
    document = shop.client.get("/api/openapi.json").json()
    for operation in operations.ALL:
        if operation.method == "get" and "{" not in operation.path and operation.path != "/api/openapi":
            schema = {**operation.schema, "components": document["components"]}
            Draft202012Validator(schema).validate(shop.client.get(operation.path).json())


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.name)
def test_answers_are_as_described(shop, endpoint):
    document = shop.client.get("/api/openapi.json").json()
    answer = shop.client.get(endpoint.path.replace("{trace_id}", TRACE))
    assert answer.status_code == 200
    content = document["paths"][endpoint.path]["get"]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json())
    lists = [value for value in answer.json().values() if isinstance(value, list)]
    assert not lists or any(lists), "an empty answer proves nothing"


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "9" * 30, "x'; DROP TABLE spans; --", "\x00", "../../etc/passwd", "é" * 999]
)
def test_no_parameter_breaks_an_answer(shop, value):
    for endpoint in ALL:
        given = {parameter.name: value for parameter in endpoint.parameters}
        assert shop.client.get(endpoint.path.replace("{trace_id}", TRACE), params=given).status_code == 200, endpoint
    assert shop.client.get("/api/summary").json()["spans"] == 15


def test_a_trace_that_is_not_there_is_said(agent):
    for path in ("/api/trace/12", "/api/trace/nonsense/explanation"):
        answer = agent.client.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "no such trace"})


def test_a_trace_is_explained(shop):
    told = shop.client.get(f"/api/trace/{TRACE}/explanation").json()
    assert told["summary"].startswith(
        "GET /cart of shop took 0.0 ms, status 500: 14 spans, 2 services, 1 failed, 1 att"
    )
    assert [(step["resource"], step["time"]) for step in told["critical_path"][:2]] == [
        ("GET pay", 600),
        ("GET /cart", 204),
    ]
    assert told["slowest"][0]["own_time"] == 600
    assert (told["errors"][0]["type"], told["errors"][0]["stack"]) == ("ValueError", ['File "shop.py", line 7'])
    assert told["attacks"][0]["findings"] == [{"rule.id": "sqli"}]
    assert any("12 times" in hint for hint in told["hints"])


def test_the_slowest_come_first_where_asked(agent):
    agent.store([row(resource=f"r{n}", duration=n * 1000) for n in (3, 9, 1)])
    found = agent.client.get("/api/traces?sort=duration&limit=2").json()["traces"]
    assert [trace["root"]["resource"] for trace in found] == ["r9", "r3"]


def test_numbers_of_groups(shop):
    (cart,) = shop.client.get("/api/work/endpoints").json()["groups"]
    assert (cart["resource"], cart["calls"], cart["errors"], cart["p50"], cart["longest"]) == (
        "GET /cart",
        1,
        1,
        900,
        900,
    )
    (query,) = shop.client.get("/api/work/queries").json()["groups"]
    assert (query["calls"], query["store"], query["total"]) == (12, "pg", 96)
    assert shop.client.get("/api/services").json()["calls"][0]["calls"] == 12


def test_logs_are_found_by_trace_text_and_severity(shop):
    for query, count in (("trace=" + TRACE, 1), ("trace=12", 0), ("text=MONEY", 1), ("severity=18", 0), ("t=1h", 1)):
        assert len(shop.client.get(f"/api/logs?{query}").json()["logs"]) == count, query


def test_about_tells_who_reports_and_what_was_lost(agent, payload):
    agent.send("/v0.5/traces", payload("ddtrace.v0.5.msgpack"), datadog_meta_tracer_version="4.0")
    agent.client.put("/v0.4/traces", content=b"nonsense")
    told = agent.client.get("/api/about").json()
    assert told["dropped"] == {"bad_payload": 1}
    assert told["payloads"] == {"v0.5": 1}
    (sender,) = told["senders"]
    assert (sender["tracer_version"], sender["language"], sender["spans"]) == ("4.0", "python", told["stored"]["spans"])


def test_telemetry_tells_of_libraries_and_integrations(agent):
    application = {"service_name": "shop", "language_name": "python", "tracer_version": "4.0"}
    events = [
        {"request_type": "app-dependencies-loaded", "payload": {"dependencies": [{"name": "flask", "version": "3.0"}]}},
        {"request_type": "app-integrations-change", "payload": {"integrations": [{"name": "redis", "enabled": False}]}},
    ]
    message = {"request_type": "message-batch", "runtime_id": "r", "application": application, "payload": events}
    assert agent.client.post("/telemetry/proxy/api/v2/apmtelemetry", json=message).status_code == 202
    (sender,) = agent.client.get("/api/about").json()["senders"]
    assert (sender["libraries"], sender["integrations"]) == ({"flask": "3.0"}, {"redis": "off"})


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"[" * 100_000, b'{"application": 1}', b'{"application": {"service_name": [1]}, "payload": 3}'],
)
def test_telemetry_that_is_none_is_passed_over(agent, body):
    assert agent.client.post("/telemetry/proxy/api/v2/apmtelemetry", content=body).status_code == 202
    assert json.dumps(agent.client.get("/api/about").json()["senders"]).count("libraries") <= 1


def test_halves_of_characters_do_not_break_answers(agent):
    message = {"application": {"service_name": "shop\ud800"}, "runtime_id": "one", "payload": {}}
    body = json.dumps(message)
    assert agent.client.post("/telemetry/proxy/api/v2/apmtelemetry", content=body).status_code == 202
    (sender,) = agent.client.get("/api/about").json()["senders"]
    assert sender["service"] == "shop?"
