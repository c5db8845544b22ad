"""The Datadog receiver, with bodies that real tracers sent."""

from __future__ import annotations

import gzip

import pytest
import zstandard


@pytest.mark.parametrize(
    ("path", "name"), [("/v0.4/traces", "ddtrace.v0.4.msgpack"), ("/v0.5/traces", "ddtrace.v0.5.msgpack")]
)
def test_spans_of_a_datadog_tracer_arrive(agent, payload, path, name):
    response = agent.client.put(path, content=payload(name), headers={"content-type": "application/msgpack"})
    assert (response.status_code, response.json()) == (200, {"rate_by_service": {}})
    agent.writer.flush()
    found = agent.client.get("/api/traces").json()["traces"]
    assert sorted(trace["root"]["resource"] for trace in found) == [
        "GET /broken",
        "GET /users/<uid>",
        "GET /users/<uid>",
        "cart",
    ]
    broken = next(trace for trace in found if trace["root"]["resource"] == "GET /broken")
    assert broken["root"]["status"] == "500"
    assert broken["errors"] >= 1
    assert agent.client.get("/api/summary").json()["drops"] == 0


def test_an_attack_found_by_a_datadog_tracer_is_marked_and_explained(agent, payload):
    assert agent.send("/v0.4/traces", payload("ddtrace.v0.4.msgpack")) == 200
    (trace,) = agent.client.get("/api/traces?q=attack").json()["traces"]
    assert (trace["attacks"], trace["blocked"]) == (1, False)
    spans = agent.client.get(f"/api/trace/{trace['trace_id']}").json()["spans"]
    attacked = next(span for span in spans if span["attack"])
    page = agent.client.get(f"/trace/{trace['trace_id']}/span/{attacked['span_id']}").text
    assert "not blocked" in page
    assert "Arachni" in page


def test_version_03_is_answered_as_an_agent_does(agent, payload):
    response = agent.client.put("/v0.3/traces", content=payload("ddtrace.v0.4.msgpack"))
    assert (response.status_code, response.text) == (200, "OK\n")
    agent.writer.flush()
    assert len(agent.traces()) == 4


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_compressed_bodies_are_taken(agent, payload, encoding, compress):
    body = compress(payload("ddtrace.v0.5.msgpack"))
    assert agent.send("/v0.5/traces", body, content_encoding=encoding) == 200
    assert len(agent.traces()) == 4


def test_info_tells_what_there_is_and_that_every_trace_is_wanted(agent):
    info = agent.client.get("/info").json()
    assert {"/v0.4/traces", "/v0.5/traces", "/v0.6/stats", "/v0.7/config"} <= set(info["endpoints"])
    assert info["client_drop_p0s"] is False
    assert info["span_events"] is info["span_meta_structs"] is True


def test_statistics_telemetry_and_configuration_are_taken_and_counted(agent):
    assert agent.client.put("/v0.6/stats", content=b"\x80").status_code == 200
    assert agent.client.post("/telemetry/proxy/api/v2/apmtelemetry", json={}).status_code == 202
    question = {"client": {"id": "1", "client_tracer": {}}}
    assert agent.client.post("/v0.7/config", json=question).json()["client_configs"] == []
    ignored = agent.client.get("/api/summary").json()["ignored"]
    assert ignored == {"stats": 1, "telemetry": 1, "config": 1}


def test_a_bad_payload_is_refused_with_a_reason_and_the_next_is_taken(agent, payload):
    good = payload("ddtrace.v0.4.msgpack")
    for bad in (b"", b"\xc1", b"not msgpack", good[:-7], b"\xdd\xff\xff\xff\xff", b"\x91" * 100_000):
        response = agent.client.put("/v0.4/traces", content=bad)
        assert response.status_code == 400
        assert response.json()["error"].startswith("not a v0.4 payload: ")
    assert agent.client.get("/api/summary").json()["dropped"] == {"bad_payload": 6}
    assert agent.send("/v0.4/traces", good) == 200
    assert len(agent.traces()) == 4


def test_every_cut_of_a_real_payload_is_refused_or_understood_but_never_breaks(agent, payload):
    body = payload("ddtrace.v0.5.msgpack")
    statuses = {
        agent.client.put("/v0.5/traces", content=body[:length]).status_code for length in range(0, len(body), 97)
    }
    assert statuses == {400}
    assert agent.send("/v0.5/traces", body) == 200
