"""What a sender can't do to the agent."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import threading

import msgpack
import pytest
import zstandard

from tests.agent.made import row
from tests.agent.test_process import running


def test_a_body_over_the_limit_is_refused_and_counted(small_agent):
    assert small_agent.send("/v0.4/traces", b"\x90" * 20_001) == 413
    assert small_agent.counters.group("dropped") == {"too_large": 1}


def test_a_body_over_the_limit_without_length_is_refused(small_agent):
    parts = (b"\x90" * 5_000 for _ in range(10))
    assert small_agent.client.put("/v0.4/traces", content=parts).status_code == 413


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(b"\x90" * 50_000_000)),
        ("gzip", gzip.compress(b"\x90" * 15_000) * 2),
        ("zstd", zstandard.compress(b"\x90" * 50_000_000)),
    ],
)
def test_a_body_that_is_too_large_when_decompressed_is_refused(small_agent, encoding, bomb):
    assert len(bomb) < 60_000
    small_agent.client.headers["content-encoding"] = encoding
    assert small_agent.send("/v0.4/traces", bomb[:20_000] if len(bomb) > 20_000 else bomb) in (400, 413)


def test_a_gzip_bomb_is_too_large(small_agent):
    bomb = gzip.compress(b"\x90" * 1_000_000)
    assert small_agent.send("/v0.4/traces", bomb, content_encoding="gzip") == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_broken_compression_is_refused_with_a_reason(agent, encoding):
    response = agent.client.put("/v0.4/traces", content=b"not compressed", headers={"content-encoding": encoding})
    assert response.status_code == 400
    assert encoding in response.json()["error"]


def test_cut_off_compression_is_refused(agent):
    body = gzip.compress(b"\x90" * 1000)[:-6]
    assert agent.send("/v0.4/traces", body, content_encoding="gzip") == 400


def test_unknown_compression_is_refused(agent):
    assert agent.send("/v0.4/traces", b"x", content_encoding="br") == 415


def test_a_full_queue_refuses_counts_and_recovers(small_agent, payload):
    gate = threading.Event()
    insert = small_agent.writer._insert
    small_agent.writer._insert = lambda table, rows: gate.wait(20) and insert(table, rows)
    small_agent.writer.offer([row()], 100)  # the writer takes this one and waits at the gate
    while small_agent.writer._queue:
        pass
    for number in range(99):
        small_agent.writer.offer([row()], 10, source=f"service {number}")
    response = small_agent.client.put("/v0.4/traces", content=payload("ddtrace.v0.4.msgpack"))
    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    assert set(small_agent.counters.group("dropped")) == {"queue_full"}
    gate.set()
    assert small_agent.writer.flush(20)
    assert small_agent.send("/v0.4/traces", payload("ddtrace.v0.4.msgpack")) == 200
    assert len(small_agent.traces()) == 104


def test_a_gzip_body_of_very_many_members_is_refused(agent):
    body = gzip.compress(b"") * 101  # of a million, each would cost a copy of all the others
    assert agent.send("/v0.4/traces", body, content_encoding="gzip") == 400
    assert agent.send("/v0.4/traces", gzip.compress(b"") * 99 + gzip.compress(b"\x90"), content_encoding="gzip") == 200


def test_telemetry_is_read_outside_of_the_event_loop(agent):
    """The inventory, which is told of it, is locked while it learns from what was stored."""
    told = []

    def endpoints(service, env, endpoints):
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        told.append(service)

    agent.senders.on_endpoints = endpoints
    message = {"application": {"service_name": "shop"}, "payload": {"endpoints": []}}
    assert agent.client.post("/telemetry/proxy/x", json=message).status_code == 202
    assert told == ["shop"]


def flood(port: int, over: threading.Event) -> None:
    """Sends large payloads of one service, one after the other, whatever becomes of them."""
    span = {"trace_id": 1, "span_id": 1, "name": "a", "service": "loud", "start": 1, "duration": 1}
    body = msgpack.packb([[span]] * 4_000)
    while not over.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("PUT", "/v0.4/traces", body)
            connection.getresponse().read()
        connection.close()


def test_a_service_is_heard_through_the_flood_of_another():
    over = threading.Event()
    with running("--memory", "--no-grpc") as agent:
        port = int(agent.page.rsplit(":", 1)[1])
        floods = [threading.Thread(target=flood, args=(port, over)) for _ in range(20)]
        for each in floods:
            each.start()
        statuses = []
        quiet = {"trace_id": 1, "span_id": 1, "name": "a", "service": "quiet", "start": 1, "duration": 1}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(4):
            connection.request("PUT", "/v0.4/traces", msgpack.packb([[quiet]]))
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        over.set()
        for each in floods:
            each.join()
        senders = {each["service"]: each for each in agent.ask("/api/about")["senders"]}
    assert statuses == [200] * 4
    assert (senders["quiet"]["spans"], senders["quiet"]["refused"]) == (4, 0)
    assert senders["loud"]["refused"] > 0
