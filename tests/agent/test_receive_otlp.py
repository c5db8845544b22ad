"""The OTLP receiver, with bodies that the OpenTelemetry SDK sent."""

from __future__ import annotations

import gzip
import json

import pytest

PROTOBUF = "application/x-protobuf"
NAME = "opentelemetry.otlp.pb"


def test_spans_of_the_opentelemetry_sdk_arrive_with_all_they_say(agent, payload):
    response = agent.client.post("/v1/traces", content=payload(NAME), headers={"content-type": PROTOBUF})
    assert (response.status_code, response.content, response.headers["content-type"]) == (200, b"", PROTOBUF)
    agent.writer.flush()
    (trace,) = agent.client.get("/api/traces").json()["traces"]
    assert (trace["root"]["service"], trace["spans"], trace["errors"]) == ("billing", 2, 1)
    root, query = agent.client.get(f"/api/trace/{trace['trace_id']}").json()["spans"]
    assert root["failure"]["type"] == "RuntimeError"
    assert root["process"]["service.version"] == "2.0"
    assert query["attributes"]["db.tags"] == ["a", "b"]
    assert query["events"][0]["name"] == "cache.miss"
    assert query["links"][0]["attributes"] == {"why": "test"}
    assert query["parent_id"] == root["span_id"]


def test_gzip_is_taken(agent, payload):
    body = gzip.compress(payload(NAME))
    assert agent.send("/v1/traces", body, content_type=PROTOBUF, content_encoding="gzip") == 200
    assert len(agent.traces()) == 1


def test_json_is_taken_and_answered_in_json(agent):
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "I'm a server span",
        "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": "1544712661000000000",
        "kind": 2,
        "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    response = agent.client.post("/v1/traces", json=body)
    assert (response.status_code, response.json()) == (200, {})
    agent.writer.flush()
    (found,) = agent.client.get("/api/trace/5b8efff798038103d269b633813fc60c").json()["spans"]
    assert (found["service"], found["duration"], found["kind"]) == ("my.service", 1_000_000_000, "server")


@pytest.mark.parametrize("kind", ["logs", "metrics"])
def test_empty_logs_and_metrics_are_answered_correctly(agent, kind):
    answer = agent.client.post(f"/v1/{kind}", content=b"\x0a\x00", headers={"content-type": PROTOBUF})
    assert (answer.status_code, answer.content) == (200, b"")
    answer = agent.client.post(f"/v1/{kind}", json={})
    assert (answer.status_code, answer.json()) == (200, {})
    assert agent.counters.group("payloads") == {"otlp-protobuf": 1, "otlp-json": 1}


def test_refusals_are_a_status_message_in_the_format_of_the_request(agent):
    answer = agent.client.post("/v1/traces", content=b"\xff\xff\xff", headers={"content-type": PROTOBUF})
    assert answer.status_code == 400
    assert answer.content[:2] == b"\x08\x03"  # field 1: INVALID_ARGUMENT
    assert answer.content[2] == 0x12
    assert answer.content[3] == len(answer.content) - 4
    assert answer.content[4:].startswith(b"not a otlp-protobuf payload") or b"payload" in answer.content
    answer = agent.client.post("/v1/traces", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == 3


def test_other_content_types_are_refused(agent):
    assert agent.client.post("/v1/traces", content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    assert agent.counters.dropped() == 1
