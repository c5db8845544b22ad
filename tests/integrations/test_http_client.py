"""http.client: requests by every way of making them, and what is built on them."""

from __future__ import annotations

import gc
import http.client
import inspect
import urllib.error
import urllib.request
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import PIECES, Web


@pytest.fixture(autouse=True)
def _on(instrument: Any) -> None:
    instrument("http_client")


@pytest.fixture
def connection(web: Web) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(web.host, web.port, timeout=10)
    yield connection
    connection.close()


def expected(web: Web, path: str, method: str = "GET", status: int | None = 200, **more: Any) -> Any:
    attributes = {
        "component": "httplib",
        "http.request.method": method,
        "url.full": web.url(path),
        "server.address": "127.0.0.1",
        "server.port": web.port,
        **({} if status is None else {"http.response.status_code": status}),
        **more.pop("attributes", {}),
    }
    span = {"name": "http.client.request", "resource": method, "type": "http", "kind": "client"}
    return {**span, **more, "attributes": attributes}


def test_a_request_is_one_span(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        connection.request("POST", "/ok?page=2", b"body", {"x-mine": "1"})
        assert connection.getresponse().read() == b"fine"
    assert spans()[1:] == [expected(web, "/ok?page=2", "POST", parent="work")]
    asked = web.seen[0]
    assert (asked.parent, asked.trace_id) == (spans.last[1]["span_id"], spans.last[1]["trace_id"])
    assert (asked.body, asked.headers["x-mine"]) == (b"body", "1")
    assert vedette.current_span() is None


def test_a_request_step_by_step(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    connection.putrequest("PUT", "/ok")
    connection.putheader("Content-Length", "2")
    connection.putheader("User-Agent", "mine")
    connection.endheaders()
    connection.send(b"hi")
    with vedette.tracer.span("between"):
        pass
    assert connection.getresponse().read() == b"fine"
    agent = {"user_agent.original": "mine"}
    assert spans() == [
        expected(web, "/ok", "PUT", attributes=agent),
        {"name": "between", "resource": "between", "attributes": {}},
    ]
    assert web.seen[0].body == b"hi"


def test_headers_that_are_there_are_replaced(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    stale = {"Traceparent": "00-" + "1" * 32 + "-" + "1" * 16 + "-01", "X-Datadog-Parent-Id": "7"}
    connection.request("GET", "/ok", headers=stale)
    connection.getresponse().read()
    spans()
    assert (web.seen[0].parent, web.seen[0].trace_id) == (spans.last[0]["span_id"], spans.last[0]["trace_id"])


def test_several_requests_over_one_connection(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    for path in ("/ok", "/status/503"):
        connection.request("GET", path)
        connection.getresponse().read()
    assert spans() == [expected(web, "/ok"), expected(web, "/status/503", status=503, error=True)]


def test_failures(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    connection.request("GET", "/broken")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", 1).request("GET", "/")
    first, second = spans()
    message = "Remote end closed connection without response"
    failure = ("http.client.RemoteDisconnected", message)
    assert first == expected(web, "/broken", status=None, error=True, failure=failure)
    assert second["failure"][0] == "ConnectionRefusedError"


def test_misuse_stays_misuse(connection: http.client.HTTPConnection, spans: Spans) -> None:
    with pytest.raises(http.client.CannotSendHeader):
        connection.endheaders()
    with pytest.raises(http.client.ResponseNotReady):
        connection.getresponse()
    assert spans() == []


def test_connections_are_not_kept_alive(web: Web, spans: Spans) -> None:
    connection = http.client.HTTPConnection(web.host, web.port)
    connection.request("GET", "/ok")
    connection.sock.recv(1)  # the server has seen it
    gone = weakref.ref(connection)
    del connection
    gc.collect()
    assert gone() is None
    assert vedette.current_span() is None


def test_urllib_and_its_redirects(web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"), urllib.request.urlopen(web.url("/redirect/1"), timeout=10) as response:
        assert response.read() == b"fine"
    agent = {"user_agent.original": f"Python-urllib/{urllib.request.__version__}"}
    assert spans()[1:] == [
        expected(web, "/redirect/1", status=302, parent="work", attributes=agent),
        expected(web, "/ok", parent="work", attributes=agent),
    ]
    assert [asked.parent for asked in web.seen] == [span["span_id"] for span in spans.last[1:]]


def test_streams_are_untouched(connection: http.client.HTTPConnection, web: Web, spans: Spans) -> None:
    connection.request("POST", "/pieces", iter([b"a", b"b"]), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    response = connection.getresponse()
    assert spans() == [expected(web, "/pieces", "POST")]
    assert response.read() == b"".join(PIECES)
    assert web.seen[0].body == b"ab"


def test_without_distributed_tracing(
    connection: http.client.HTTPConnection, web: Web, spans: Spans, option: Any
) -> None:
    option("http_client", distributed_tracing=False)
    connection.request("GET", "/ok")
    connection.getresponse()
    assert spans() == [expected(web, "/ok")]
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_the_library_looks_as_before() -> None:
    assert str(inspect.signature(http.client.HTTPConnection.getresponse)) == "(self)"
    assert inspect.isfunction(http.client.HTTPConnection.endheaders)
