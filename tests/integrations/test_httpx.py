"""HTTPX: synchronous and asynchronous clients, redirects, streams, transports."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any, Callable

import httpx
import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import PIECES, Web

FOLLOW = {"follow_redirects": True} if "follow_redirects" in inspect.signature(httpx.Client).parameters else {}
Ask = Callable[..., httpx.Response]


def ask_sync(method: str, url: str, **options: Any) -> httpx.Response:
    with httpx.Client(**FOLLOW) as client:  # type: ignore[arg-type]
        return client.request(method, url, **options)


def ask_async(method: str, url: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(**FOLLOW) as client:  # type: ignore[arg-type]
            return await client.request(method, url, **options)

    span = vedette.current_span()
    response = asyncio.run(ask())
    assert vedette.current_span() is span
    return response


both = pytest.mark.parametrize("ask", [ask_sync, ask_async])


def expected(web: Web, path: str, method: str = "GET", status: int = 200, **more: Any) -> Any:
    attributes = {
        "component": "httpx",
        "http.request.method": method,
        "url.full": web.url(path),
        "server.address": "127.0.0.1",
        "server.port": web.port,
        "user_agent.original": f"python-httpx/{httpx.__version__}",
        "http.response.status_code": status,
    }
    span = {"name": "http.request", "resource": "http.request", "type": "http", "kind": "client"}
    return {**span, **more, "attributes": attributes}


@both
def test_a_request_is_one_span(ask: Ask, web: Web, spans: Spans) -> None:
    assert ask("GET", web.url("/ok?page=2")).text == "fine"
    assert spans() == [expected(web, "/ok?page=2")]


@both
def test_what_was_sent_shows_its_trace(ask: Ask, web: Web, spans: Spans) -> None:
    shown = ask("GET", web.url("/ok")).request.headers["x-datadog-parent-id"]
    spans()
    assert int(shown) == spans.last[0]["span_id"] == web.seen[0].parent


@both
def test_the_trace_goes_along(ask: Ask, web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        ask("POST", web.url("/ok"), content=b"body", headers={"x-mine": "1"})
    assert spans()[1:] == [expected(web, "/ok", "POST", parent="work")]
    asked = web.seen[0]
    assert (asked.parent, asked.trace_id) == (spans.last[1]["span_id"], spans.last[1]["trace_id"])
    assert (asked.body, asked.headers["x-mine"]) == (b"body", "1")


@both
def test_redirects_are_requests_of_their_own(ask: Ask, web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        ask("GET", web.url("/redirect/1"))
    assert spans()[1:] == [
        expected(web, "/redirect/1", status=302, parent="work"),
        expected(web, "/ok", parent="work"),
    ]
    assert [asked.parent for asked in web.seen] == [span["span_id"] for span in spans.last[1:]]


@both
def test_server_errors_are_errors(ask: Ask, web: Web, spans: Spans) -> None:
    ask("GET", web.url("/status/503"))
    assert spans() == [expected(web, "/status/503", status=503, error=True)]


@both
def test_exceptions_are_the_librarys_own(ask: Ask, web: Web, spans: Spans) -> None:
    with pytest.raises(httpx.RemoteProtocolError) as caught:
        ask("GET", web.url("/broken"))
    assert caught.value.request.url.path == "/broken"
    span = spans.one()
    assert (span["failure"], span["error"]) == (("httpx.RemoteProtocolError", str(caught.value)), True)


@both
def test_credentials_are_cut(ask: Ask, web: Web, spans: Spans) -> None:
    ask("GET", web.url("/ok", user="me:secret@"))
    assert spans() == [expected(web, "/ok")]
    assert web.seen[0].headers["authorization"].startswith("Basic ")


@both
def test_options(ask: Ask, web: Web, spans: Spans, option: Any) -> None:
    option("httpx", split_by_domain=True, distributed_tracing=False)
    ask("GET", web.url("/ok"))
    assert spans() == [expected(web, "/ok", service=f"127.0.0.1:{web.port}")]
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_streams_are_untouched(web: Web, spans: Spans) -> None:
    with httpx.Client() as client, client.stream("GET", web.url("/pieces")) as response:
        assert spans() == [expected(web, "/pieces")]
        assert b"".join(response.iter_bytes()) == b"".join(PIECES)


async def test_asynchronous_streams_are_untouched(web: Web, spans: Spans) -> None:
    async def body() -> Any:
        yield b"a"
        yield b"b"

    async with httpx.AsyncClient() as client, client.stream("POST", web.url("/pieces"), content=body()) as response:
        assert b"".join([piece async for piece in response.aiter_bytes()]) == b"".join(PIECES)
    assert web.seen[0].body == b"ab"
    assert spans() == [expected(web, "/pieces", "POST")]


async def test_requests_side_by_side(web: Web, spans: Spans) -> None:
    async with httpx.AsyncClient() as client:
        with vedette.tracer.span("work"):
            await asyncio.gather(*(client.get(web.url(f"/ok?n={n}")) for n in range(5)))
    made = spans()
    assert [span.get("parent") for span in made] == [None] + ["work"] * 5
    parents = {web.url(asked.path): asked.parent for asked in web.seen}
    assert parents == {span["attributes"]["url.full"]: span["span_id"] for span in spans.last[1:]}


async def test_a_cancelled_request_ends(spans: Spans) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as client:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.get("http://shop.example/"), 0.05)
    assert spans.one()["failure"][0].endswith("CancelledError")
    assert vedette.current_span() is None


def test_transports_of_the_user(spans: Spans) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"parent": request.headers["x-datadog-parent-id"]})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        parent = client.get("https://shop.example/cart").json()["parent"]
    span = spans.one()
    assert int(parent) == spans.last[0]["span_id"]
    assert (span["attributes"]["server.address"], span["attributes"]["server.port"]) == ("shop.example", 443)


def test_the_library_looks_as_before(web: Web) -> None:
    assert inspect.iscoroutinefunction(httpx.AsyncClient._send_single_request)
    assert not inspect.iscoroutinefunction(httpx.Client._send_single_request)
    response = httpx.get(web.url("/ok"))
    assert isinstance(response, httpx.Response)
    assert pickle.loads(pickle.dumps(response)).text == "fine"
