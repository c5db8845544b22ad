"""Each server answers its own client, and the recorder decodes what it is sent in every mode."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from typing import Any

import msgpack  # type: ignore[import-untyped]
import psycopg
import pytest
import redis as redis_client

from tests.services import ddapm, mariadb, postgresql, redis
from tests.services.recorder import Recorder

SPAN: dict[str, Any] = {
    "trace_id": 7,
    "span_id": 8,
    "parent_id": 0,
    "name": "web.request",
    "resource": "GET /",
    "service": "shop",
    "type": "web",
    "start": 1_000,
    "duration": 10,
    "error": 0,
    "meta": {"_dd.p.tid": "00000000000000ff", "k": "v"},
    "metrics": {"n": 1.5},
}


def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, body, headers or {"Content-Type": "application/msgpack"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_postgresql_gives_fresh_databases(postgresql_server: postgresql.PostgreSQL) -> None:
    first, second = postgresql_server.database(), postgresql_server.database()
    with psycopg.connect(first) as connection:
        connection.execute("create table t (n int)")
    with psycopg.connect(second) as connection:
        assert connection.execute("select to_regclass('t')").fetchone() == (None,)


def test_mariadb_gives_fresh_databases(mariadb_server: mariadb.MariaDB) -> None:
    first, second = mariadb_server.options()["database"], mariadb_server.options()["database"]
    mariadb_server.run("create table t (n int)", first)
    assert (mariadb_server.run("show tables", first), mariadb_server.run("show tables", second)) == ("t", "")


def test_redis_answers(redis_server: redis.Redis) -> None:
    client = redis_client.Redis.from_url(redis_server.url)
    client.set("k", "v")
    assert client.get("k") == b"v"
    redis_server.flush()
    assert client.get("k") is None


def test_the_cluster_serves_keys_of_every_node(redis_cluster: redis.RedisCluster) -> None:
    client: Any = redis_client.RedisCluster.from_url(redis_cluster.url)
    for number in range(30):
        client.set(f"k{number}", number)
    owners = {client.get_node_from_key(f"k{number}").port for number in range(30)}
    assert owners == set(redis_cluster.ports)


def test_the_test_agent_keeps_a_trace(ddapm_agent: ddapm.TestAgent) -> None:
    ddapm_agent.clear()
    headers = {"Content-Type": "application/msgpack", "X-Datadog-Trace-Count": "1"}
    post(ddapm_agent.url + "/v0.4/traces", msgpack.packb([[SPAN]]), headers)
    assert [[span["name"] for span in trace] for trace in ddapm_agent.traces()] == [["web.request"]]


def test_v04_is_decoded(recorder: Recorder) -> None:
    assert post(recorder.url + "/v0.4/traces", msgpack.packb([[SPAN]])) == {"rate_by_service": {}}
    (span,) = recorder.received().spans
    assert (span["trace_id"], span["span_id"], span["parent_id"]) == (
        "00000000000000ff0000000000000007",
        "0000000000000008",
        "0" * 16,
    )
    assert (span["name"], span["resource"], span["service"], span["meta"]["k"], span["metrics"]) == (
        "web.request",
        "GET /",
        "shop",
        "v",
        {"n": 1.5},
    )


def test_v05_is_decoded_to_the_same_as_v04(recorder: Recorder) -> None:
    strings = ["", "shop", "web.request", "GET /", "web", "k", "v", "n", "_dd.p.tid", "00000000000000ff"]
    row = [1, 2, 3, 7, 8, 0, 1_000, 10, 0, {5: 6, 8: 9}, {7: 1.5}, 4]
    post(recorder.url + "/v0.5/traces", msgpack.packb([strings, [[row]]]))
    post(recorder.url + "/v0.4/traces", msgpack.packb([[SPAN]]))
    first, second = recorder.received().spans
    assert first == second


@pytest.mark.parametrize("form", ["protobuf", "json"])
def test_otlp_is_decoded(recorder: Recorder, form: str) -> None:
    span = {
        "traceId": "00" * 15 + "07",
        "spanId": "00" * 7 + "08",
        "name": "GET /",
        "kind": 2,
        "startTimeUnixNano": "5",
        "endTimeUnixNano": "9",
    }
    span["attributes"] = [
        {"key": "n", "value": {"intValue": "3"}},
        {"key": "l", "value": {"arrayValue": {"values": [{"stringValue": "a"}]}}},
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    body, kind = (
        (json.dumps(request).encode(), "application/json")
        if form == "json"
        else (protobuf(request), "application/x-protobuf")
    )
    post(recorder.url + "/v1/traces", gzip.compress(body), {"Content-Type": kind, "Content-Encoding": "gzip"})
    (seen,) = recorder.received().spans
    assert (seen["trace_id"], seen["span_id"], seen["parent_id"]) == ("00" * 15 + "07", "00" * 7 + "08", "0" * 16)
    assert (seen["service"], seen["duration"], seen["meta"]) == ("shop", 4, {"n": 3, "l": ["a"]})


def protobuf(request: dict[str, Any]) -> bytes:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    message = ExportTraceServiceRequest()
    group = request["resourceSpans"][0]
    service = message.resource_spans.add()
    service.resource.attributes.add(key="service.name").value.string_value = "shop"
    given = group["scopeSpans"][0]["spans"][0]
    span = Span(trace_id=bytes.fromhex(given["traceId"]), span_id=bytes.fromhex(given["spanId"]), name=given["name"])
    span.start_time_unix_nano, span.end_time_unix_nano = 5, 9
    span.attributes.add(key="n").value.int_value = 3
    span.attributes.add(key="l").value.array_value.values.add().string_value = "a"
    service.scope_spans.add().spans.append(span)
    return bytes(message.SerializeToString())


def test_a_broken_body_is_reported_and_nothing_else_is_lost(recorder: Recorder) -> None:
    post(recorder.url + "/v0.4/traces", b"\xc1")
    post(recorder.url + "/v0.4/traces", msgpack.packb([[SPAN]]))
    seen = recorder.received()
    assert len(seen.errors) == 1
    assert len(seen.spans) == 1


def test_chunked_bodies_arrive_whole(recorder: Recorder) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=5)
    body = msgpack.packb([[SPAN]])
    connection.request("POST", "/v0.4/traces", iter([body[:10], body[10:]]), encode_chunked=True)
    assert connection.getresponse().status == 200
    assert recorder.received().span_count == 1


def test_a_dead_backend_refuses(recorder: Recorder) -> None:
    recorder.play("dead")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", recorder.port), timeout=1)


def test_a_silent_backend_accepts_and_never_answers(recorder: Recorder) -> None:
    recorder.play("silent")
    with socket.create_connection(("127.0.0.1", recorder.port), timeout=1) as connection:
        connection.sendall(b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.settimeout(0.5)
        with pytest.raises(socket.timeout):
            connection.recv(1)


def test_a_failing_backend_answers_500_and_records_nothing(recorder: Recorder) -> None:
    recorder.play("failing")
    with pytest.raises(urllib.error.HTTPError, match="500"):
        post(recorder.url + "/v0.4/traces", msgpack.packb([[SPAN]]))
    seen = recorder.received()
    assert (seen.refused, seen.spans) == (1, [])


def test_a_slow_backend_takes_two_seconds(recorder: Recorder) -> None:
    recorder.play("slow")
    before = time.monotonic()
    post(recorder.url + "/v0.4/traces", msgpack.packb([[SPAN]]))
    assert 1.9 < time.monotonic() - before < 4
    assert recorder.received().span_count == 1


def test_a_mode_meets_kept_connections_too(recorder: Recorder) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=5)
    connection.request("GET", "/info")
    connection.getresponse().read()
    recorder.play("failing")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask_again(connection)


def ask_again(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/info")
    connection.getresponse()
