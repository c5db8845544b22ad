"""Attempts to break the agent: names that point elsewhere, pages that post, paths that climb, spans that lie."""

from __future__ import annotations

import threading
import time

import msgpack
import pytest

from tests.agent.made import row
from vedette.agent.options import Limits
from vedette.agent.receive.bodies import Reader, Refused

EVIL = "<script>alert(1)</script>\x1b]0;pwned\x07'\"; DROP TABLE spans; --\u202e\x00"
PATHS = ("/", "/api/traces", "/api/about", "/api/openapi.json", "/api/export", "/about", "/services")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8126", ""])
def test_names_that_point_here_from_elsewhere_read_nothing(agent, path, host):
    assert agent.client.get(path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "path", ["/v0.4/traces", "/v1.0/traces", "/v1/logs", "/v1/traces", "/telemetry/proxy/x", "/info"]
)
def test_web_pages_can_send_nothing(agent, path):
    for origin in ("http://evil.example", "null", "http://127.0.0.1:8126"):
        assert agent.client.post(path, content=b"\x90", headers={"Origin": origin}).status_code in (403, 405)
    assert agent.counters.group("payloads") == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/api/traces", "/api/import", "/remote", "/anything"])
def test_changes_need_the_token(agent, method, path):
    for headers in ({}, {"X-Vedette-Token": ""}, {"X-Vedette-Token": "é"}, {"X-Vedette-Token": agent.token + "x"}):
        encoded = {name: value.encode() for name, value in headers.items()}
        assert agent.client.request(method, path, headers=encoded).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../serve/api.py",
        "/static/%2e%2e/%2e%2e/store/database.py",
        "/static/..%2f..%2fstore/rows.py",
        "/static//etc/passwd",
        "/static/%00",
        "/trace/..%2f..%2fapi%2fabout",
        "/api/trace/../../etc/passwd",
    ],
)
def test_no_path_leads_out(agent, path):
    answer = agent.client.get(path)
    assert answer.status_code in (404, 405)
    assert "import" not in answer.text


def test_what_spans_say_stays_text(agent):
    agent.store([row(service=EVIL, name=EVIL, resource=EVIL, attributes={EVIL: EVIL}, status=EVIL[:20])])
    (trace,) = agent.client.get("/api/traces").json()["traces"]
    assert trace["root"]["resource"] == EVIL
    for path in ("/", f"/trace/{trace['trace_id']}", "/services", "/endpoints"):
        page = agent.client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert agent.client.get("/api/summary").json()["spans"] == 1


@pytest.mark.parametrize("search", [EVIL, "service:" + EVIL, "x" * 9_999, "a:b " * 999, '"' * 99, "trace:" + "f" * 99])
def test_searches_are_no_sql(agent, search):
    agent.store([row()])
    assert agent.client.get("/api/traces", params={"q": search}).status_code == 200
    assert agent.client.get("/api/export", params={"q": search}).status_code == 200
    assert agent.client.get("/api/summary").json()["spans"] == 1


def span(**given: object) -> dict[str, object]:
    usual = {"trace_id": 1, "span_id": 1, "parent_id": 0, "name": "a", "service": "s", "resource": "r"}
    return {**usual, "start": time.time_ns(), "duration": 1, **given}


@pytest.mark.parametrize(
    "spans",
    [
        [span(span_id=1, parent_id=2), span(span_id=2, parent_id=1)],  # a circle
        [span(), span(), span()],  # thrice
        [span(span_id=1, parent_id=1)],  # its own parent
        [span(parent_id=99)],  # no parent
        [span(start=0, duration=(1 << 63) - 1), span(span_id=2, start=(1 << 63) - 1)],  # a clock that lies
        [span(span_id=n, parent_id=n - 1) for n in range(1, 3_000)],  # as deep as it is long
        [span(name="", service="", resource="")],
        [span(meta={f"k{n}": "v" * 50 for n in range(2_000)})],
    ],
)
def test_contradictory_traces_are_shown(agent, spans):
    assert agent.send("/v0.4/traces", msgpack.packb([spans])) == 200
    trace = f"{1:032x}"
    assert agent.client.get(f"/api/trace/{trace}").json()["spans"]
    assert agent.client.get(f"/api/trace/{trace}/explanation").json()["summary"]
    assert agent.client.get(f"/trace/{trace}").status_code == 200
    assert agent.client.get("/api/services?t=24h").status_code == 200


def test_spans_that_come_late_twice_and_out_of_order_make_one_trace(agent):
    now = time.time_ns()
    child = span(span_id=2, parent_id=1, name="child", start=now + 5)
    assert agent.send("/v0.4/traces", msgpack.packb([[child]])) == 200
    assert agent.client.get("/api/trace/1").json()["spans"][0]["parent_id"] == f"{1:016x}"  # which is not here yet
    parent = span(span_id=1, name="parent", start=now)
    for _ in range(2):  # a sender that did not hear of its success tries again
        assert agent.send("/v0.4/traces", msgpack.packb([[parent, child]])) == 200
    spans = agent.client.get("/api/trace/1").json()["spans"]
    assert [each["name"] for each in spans] == ["parent", "child"]
    (listed,) = agent.client.get("/api/traces").json()["traces"]
    assert listed["root"]["name"] == "parent"
    assert agent.client.get("/trace/1").status_code == 200


@pytest.mark.parametrize("skew", [-40 * 365 * 86_400, -86_400, 86_400, 200 * 365 * 86_400])
def test_clocks_that_are_wrong_by_days_or_ages_hide_no_span(agent, skew):
    start = max(time.time_ns() + skew * 10**9, 0)
    assert agent.send("/v0.4/traces", msgpack.packb([[span(start=start, service="skewed")]])) == 200
    (listed,) = agent.client.get("/api/traces").json()["traces"]
    assert listed["start"] == start
    for page in (
        "/",
        "/trace/1",
        "/services?t=24h",
        "/endpoints?t=24h",
        "/errors?t=24h",
        "/about",
        "/api/services?t=24h",
    ):
        assert agent.client.get(page).status_code == 200, page
    assert agent.writer.flush(5)
    agent.writer._sweep()  # retention goes by when they arrived
    assert agent.client.get("/api/summary").json()["spans"] == 1


def test_a_flood_from_one_service_leaves_room_for_others(small_agent):
    gate, inserted = threading.Event(), small_agent.writer._insert
    small_agent.writer._insert = lambda table, rows: gate.wait(20) and inserted(table, rows)
    small_agent.writer.offer([row()], 10)  # the writer takes this one and waits at the gate
    while small_agent.writer._queue:
        pass
    told = []
    for _ in range(20):
        small_agent.writer.offer([row(service="loud")] * 10, 10, source="loud", settle=told.append)
    threading.Timer(0.3, gate.set).start()
    body = msgpack.packb([[span(service="quiet")]])
    assert small_agent.client.put("/v0.4/traces", content=body).status_code == 200
    assert small_agent.writer.flush(20)
    assert [outcome.value for outcome in told].count("refused") == 1
    assert small_agent.counters.group("dropped")["queue_full"] == 110


def test_payloads_under_way_are_bounded_together_and_small_ones_have_room_of_their_own():
    reader = Reader(Limits(in_flight=16 << 20))
    with reader.hold() as large:
        large.grow(16 << 20)
        with reader.hold() as small:
            small.grow(100 << 10)
        with reader.hold() as other, pytest.raises(Refused, match="too many payloads at once"):
            other.grow(300 << 10)
    with reader.hold() as later:
        later.grow(16 << 20)
