"""Findings as other products' receivers read them: an OpenTelemetry Collector, and Datadog's test agent."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.services.attacked import HARMLESS, INJECTION, attacked
from tests.services.collector import Collector
from tests.services.ddapm import TestAgent
from tests.services.recorder import Recorder
from tests.services.test_collector import plain

DOCUMENTED = (Path(__file__).parents[2] / "docs" / "findings.md").read_text(encoding="utf-8")
GOLDEN = Path(__file__).parents[2] / "crates" / "vedette-wire" / "golden" / "findings_v04.hex"
GOLDEN_HEADERS = {"Content-Type": "application/msgpack", "X-Datadog-Trace-Count": "1"}
SECURITY = {"x-datadog-tags": "_dd.p.ts=02", "x-datadog-sampling-priority": "1"}
UPSTREAM = {"x-datadog-trace-id": "7", "x-datadog-parent-id": "8"}


@pytest.fixture
def agent(ddapm_agent: TestAgent) -> TestAgent:
    """The test agent, as if new."""
    ddapm_agent.clear()
    return ddapm_agent


def requests_of(agent: TestAgent, count: int) -> list[dict[str, Any]]:
    """The spans of requests that the test agent has, once there are so many."""
    deadline = time.monotonic() + 10
    while True:
        found = [span for trace in agent.traces() for span in trace if span["name"] == "flask.request"]
        if len(found) >= count or time.monotonic() > deadline:
            return sorted(found, key=lambda span: int(span["start"]))
        time.sleep(0.05)


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_a_collector_reads_findings_as_events_and_as_logs(collector: Collector, protocol: str) -> None:
    ((status, body),) = attacked(
        [INJECTION], OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=protocol
    )
    assert status == 403
    requests = collector.wait_for(1)
    spans = [
        span for one in requests for group in one["resourceSpans"] for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]  # fmt: skip
    (span,) = [span for span in spans if span["kind"] == 2]
    events = [event for event in span["events"] if event["name"] == "security.finding"]
    (logs,) = collector.wait_for_logs()
    (resource,) = logs["resourceLogs"]
    records = resource["scopeLogs"][0]["logRecords"]
    assert plain(resource["resource"]["attributes"])["service.name"] == "shop"
    assert {(record["traceId"], record["spanId"]) for record in records} == {(span["traceId"], span["spanId"])}
    assert [record["eventName"] for record in records] == ["security.finding"] * len(events)
    assert [record["attributes"] for record in records] == [event["attributes"] for event in events]
    assert records[0]["body"]["stringValue"].endswith(": server.request.query / name.0, blocked")
    told = plain(records[0]["attributes"])
    assert told["security.response_id"] == json.loads(body)["security_response_id"]
    assert told["security.blocked"] == ("boolValue", True)
    undocumented = {name for record in records for name in plain(record["attributes"]) if f"`{name}`" not in DOCUMENTED}
    assert not undocumented


def test_logs_may_be_switched_off(collector: Collector) -> None:
    attacked([INJECTION], OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url, VEDETTE_SECURITY_LOGS="false")
    assert collector.wait_for(1)
    assert collector.wait_for_logs(0.2) == []


def test_the_agent_reads_structures(agent: TestAgent) -> None:
    body = bytes.fromhex(GOLDEN.read_text())
    request = urllib.request.Request(f"{agent.url}/v0.4/traces", body, GOLDEN_HEADERS, method="PUT")
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200
    (span,) = requests_of(agent, 1)
    (trigger,) = span["meta_struct"]["appsec"]["triggers"]
    (stack,) = span["meta_struct"]["_dd.stack"]["exploit"]
    assert trigger["stack_id"] == stack["id"]
    assert stack["frames"] == [{"id": 0, "file": "app.py", "line": 7, "function": "search"}]
    assert "_dd.appsec.json" not in span["meta"]


def test_an_agent_that_takes_structures_gets_them(recorder: Recorder) -> None:
    attacked([INJECTION], VEDETTE_AGENT_URL=recorder.url)
    received = recorder.wait_for(lambda seen: bool(seen.named("flask.request")))
    (span,) = received.named("flask.request")
    assert received.errors == []
    assert span["meta"]["appsec.event"] == "true"
    assert "_dd.appsec.json" not in span["meta"]


def test_the_agent_reads_findings(agent: TestAgent) -> None:
    ((status, body),) = attacked([INJECTION], VEDETTE_AGENT_URL=agent.url)
    (span,) = requests_of(agent, 1)
    assert (status, span["meta"]["appsec.event"], span["meta"]["appsec.blocked"]) == (403, "true", "true")
    assert span["metrics"]["_sampling_priority_v1"] == 2
    assert (span["meta"]["_dd.p.dm"], span["meta"]["_dd.p.ts"]) == ("-5", "02")
    triggers = json.loads(span["meta"]["_dd.appsec.json"])["triggers"]
    assert triggers[0]["security_response_id"] == json.loads(body)["security_response_id"]


def test_standalone_sends_what_was_found_and_a_sign_of_life(agent: TestAgent) -> None:
    answers = attacked(
        [HARMLESS, HARMLESS, INJECTION, HARMLESS],
        VEDETTE_AGENT_URL=agent.url,
        VEDETTE_PROTECTION="monitor",
        DD_APM_TRACING_ENABLED="false",
        DD_API_SECURITY_ENABLED="false",
    )
    first, attack = requests_of(agent, 2)
    assert [status for status, _ in answers] == [200] * 4
    assert [span["metrics"]["_dd.apm.enabled"] for span in (first, attack)] == [0, 0]
    assert [span["metrics"]["_sampling_priority_v1"] for span in (first, attack)] == [1, 2]
    assert "_dd.p.dm" not in first["meta"]
    assert "_dd.p.ts" not in first["meta"]
    assert attack["meta"]["_dd.p.ts"] == "02"
    assert [set(json.loads(body)) for _, body in answers[:2]] == [set(), set()]
    injected = json.loads(answers[2][1])
    assert injected["x-datadog-sampling-priority"] == "2"
    assert "_dd.p.ts=02" in injected["x-datadog-tags"]
    assert "t.ts:02" in injected["tracestate"]
    headers = [{name.lower(): value for name, value in one["headers"].items()} for one in sent_traces(agent)]
    assert {header["datadog-client-computed-stats"] for header in headers} == {"yes"}
    assert "/v0.6/stats" not in paths(agent)


def test_standalone_follows_what_protection_decided_upstream(agent: TestAgent) -> None:
    ours, theirs = [HARMLESS, {**UPSTREAM, **SECURITY}], [HARMLESS, {**UPSTREAM, "x-datadog-sampling-priority": "2"}]
    answers = attacked([HARMLESS, ours, theirs], VEDETTE_AGENT_URL=agent.url, DD_APM_TRACING_ENABLED="false")
    _, second = requests_of(agent, 2)
    assert (second["trace_id"], second["metrics"]["_sampling_priority_v1"]) == (7, 1)
    assert second["meta"]["_dd.p.ts"] == "02"
    assert [bool(json.loads(body)) for _, body in answers] == [False, True, False]


def test_standalone_by_otlp(collector: Collector) -> None:
    attacked(
        [HARMLESS, HARMLESS, INJECTION],
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url,
        VEDETTE_APM_TRACING="false",
    )
    collector.wait_for_logs()
    spans = [
        span
        for one in collector.requests()
        for group in one["resourceSpans"] for scope in group["scopeSpans"]
        for span in scope["spans"] if span["kind"] == 2
    ]  # fmt: skip
    assert len(spans) == 2
    assert [any(event["name"] == "security.finding" for event in span.get("events", ())) for span in spans] == [
        False,
        True,
    ]


def sent_traces(agent: TestAgent) -> list[dict[str, Any]]:
    """The requests that brought traces."""
    return [one for one in agent.get("/test/session/requests") if one["url"].endswith("/traces")]


def paths(agent: TestAgent) -> set[str]:
    """Where requests went."""
    return {"/" + one["url"].split("/", 3)[3] for one in agent.get("/test/session/requests")}
