"""urllib3: pools, retries, redirects, headers that belong to others."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import PIECES, Web


@pytest.fixture(autouse=True)
def _on(instrument: Any) -> None:
    instrument("urllib3")


@pytest.fixture
def pools() -> Iterator[urllib3.PoolManager]:
    pools = urllib3.PoolManager(retries=False)
    yield pools
    pools.clear()


def expected(web: Web, path: str, method: str = "GET", status: int = 200, reason: str = "OK", **more: Any) -> Any:
    attributes = {
        "component": "urllib3",
        "http.request.method": method,
        "url.full": web.url(path),
        "server.address": "127.0.0.1",
        "server.port": web.port,
        "http.response.status_code": status,
        "http.status_msg": reason,
        **more.pop("attributes", {}),
    }
    span = {"name": "urllib3.request", "resource": "urllib3.request", "service": "urllib3"}
    return {**span, "type": "http", "kind": "client", **more, "attributes": attributes}


def plain(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what only versions from 2.0 tell."""
    for span in spans:
        span["attributes"].pop("http.retries_remain", None)
        span["attributes"].pop("user_agent.original", None)
    return spans


def test_a_request_is_one_span(pools: urllib3.PoolManager, web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        assert pools.request("POST", web.url("/ok?page=2"), body=b"body").data == b"fine"
    assert plain(spans())[1:] == [expected(web, "/ok?page=2", "POST", parent="work")]
    asked = web.seen[0]
    assert (asked.parent, asked.trace_id) == (spans.last[1]["span_id"], spans.last[1]["trace_id"])
    assert asked.body == b"body"


def test_redirects_are_requests_of_their_own(web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        urllib3.PoolManager().request("GET", web.url("/redirect/1"))
    assert plain(spans())[1:] == [
        expected(web, "/redirect/1", status=302, reason="Found", parent="work"),
        expected(web, "/ok", parent="work"),
    ]
    assert [asked.parent for asked in web.seen] == [span["span_id"] for span in spans.last[1:]]


def test_retries_are_requests_of_their_own(web: Web, spans: Spans) -> None:
    retries = urllib3.Retry(total=1, status_forcelist=[503], backoff_factor=0)
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        urllib3.PoolManager(retries=retries).request("GET", web.url("/status/503"))
    made = plain(spans())
    assert made == [expected(web, "/status/503", status=503, reason="Service Unavailable", error=True)] * 2


def test_headers_of_others_stay(web: Web, spans: Spans) -> None:
    mine = {"x-mine": "1"}
    pool = urllib3.HTTPConnectionPool(web.host, web.port, headers={"x-pool": "1"}, retries=False)
    pool.request("GET", "/ok")
    pool.request("GET", "/ok", headers=mine)
    assert (mine, dict(pool.headers)) == ({"x-mine": "1"}, {"x-pool": "1"})
    assert [asked.headers.get("x-pool", asked.headers.get("x-mine")) for asked in web.seen] == ["1", "1"]
    assert [asked.parent for asked in web.seen] == [span["span_id"] for span in (spans(), spans.last)[1]]


def test_failures(pools: urllib3.PoolManager, web: Web, spans: Spans) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        pools.request("GET", web.url("/broken"))
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        pools.request("GET", "http://127.0.0.1:1/")
    first, second = spans()
    assert (first["error"], first["attributes"]["server.port"]) == (True, web.port)
    assert (second["error"], second["attributes"]["url.full"]) == (True, "http://127.0.0.1:1/")
    assert "NewConnectionError" in second["failure"][0]


def test_streams_are_untouched(pools: urllib3.PoolManager, web: Web, spans: Spans) -> None:
    response = pools.request("GET", web.url("/pieces"), preload_content=False)
    assert b"".join(response.stream(2)) == b"".join(PIECES)
    response.release_conn()
    assert plain(spans()) == [expected(web, "/pieces")]


def test_options(pools: urllib3.PoolManager, web: Web, spans: Spans, option: Any) -> None:
    option("urllib3", split_by_domain=True, distributed_tracing=False)
    pools.request("GET", web.url("/ok"))
    assert spans.one()["service"] == f"127.0.0.1:{web.port}"
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_the_library_looks_as_before() -> None:
    method = urllib3.HTTPConnectionPool._make_request
    assert list(inspect.signature(method).parameters)[:4] == ["self", "conn", "method", "url"]
    assert pickle.loads(pickle.dumps(method)) is method
