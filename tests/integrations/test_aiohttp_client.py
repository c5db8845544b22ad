"""aiohttp's client: one span per request, redirects within it; sessions and their tracing left alone."""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import Any

import aiohttp
import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import PIECES, Web

VERSION = tuple(int(part) for part in aiohttp.__version__.split(".")[:2])
pytestmark = pytest.mark.skipif(
    VERSION < (3, 7) and sys.version_info >= (3, 10),
    reason="before 3.7 it gives asyncio a loop, which no CPython after 3.9 takes",
)


def session_of(*args: Any, **options: Any) -> aiohttp.ClientSession:
    """A session; without a time-out before 3.0, since that needs what asyncio has no more."""
    if VERSION < (3, 0):
        options["read_timeout"] = None
    return aiohttp.ClientSession(*args, **options)


def run(coroutine: Any) -> Any:
    return asyncio.new_event_loop().run_until_complete(coroutine)


def ask(method: str, url: Any, **options: Any) -> tuple[int, bytes]:
    async def asked() -> tuple[int, bytes]:
        async with session_of() as session, session.request(method, url, **options) as response:
            return response.status, await response.read()

    return run(asked())  # type: ignore[no-any-return]


def expected(web: Web, path: str, method: str = "GET", status: int | None = 200, **more: Any) -> dict[str, Any]:
    attributes = {
        "component": "aiohttp_client",
        "http.request.method": method,
        "url.full": web.url(path),
        "server.address": "127.0.0.1",
        "server.port": web.port,
    }
    if status is not None:
        attributes["http.response.status_code"] = status
        attributes["http.status_msg"] = {200: "OK", 503: "Service Unavailable", 302: "Found"}[status]
        attributes["user_agent.original"] = f"Python/{sys.version_info[0]}.{sys.version_info[1]} aiohttp/" + (
            aiohttp.__version__
        )
    span = {"name": "aiohttp.request", "resource": "aiohttp.request", "type": "http", "kind": "client"}
    return {**span, **more, "attributes": attributes}


def test_a_request_is_one_span(web: Web, spans: Spans) -> None:
    assert ask("get", web.url("/ok?page=2")) == (200, b"fine")
    assert spans() == [expected(web, "/ok?page=2")]


@pytest.mark.parametrize(
    "headers",
    [None, {"x-mine": "1"}, [("x-mine", "1")], (("X-Mine", "1"),)],
    ids=["none", "dict", "list", "tuple"],
)
def test_the_trace_goes_along_and_headers_are_left_alone(web: Web, spans: Spans, headers: Any) -> None:
    before = repr(headers)
    with vedette.tracer.span("work"):
        ask("POST", web.url("/ok"), data=b"body", headers=headers)
    assert repr(headers) == before
    assert spans()[1:] == [expected(web, "/ok", "POST", parent="work")]
    asked = web.seen[0]
    assert (asked.parent, asked.trace_id) == (spans.last[1]["span_id"], spans.last[1]["trace_id"])
    assert (asked.body, asked.headers.get("x-mine")) == (b"body", None if headers is None else "1")


def test_headers_of_the_session_are_sent_too(web: Web, spans: Spans) -> None:
    async def asked() -> None:
        async with session_of(headers={"x-session": "a"}) as session:
            await (await session.get(web.url("/ok"), headers={"x-mine": "b"})).read()

    run(asked())
    headers = web.seen[0].headers
    assert (headers["x-session"], headers["x-mine"], web.seen[0].parent != 0) == ("a", "b", True)


def test_parameters_are_part_of_the_url(web: Web, spans: Spans) -> None:
    ask("GET", web.url("/ok?a=1"), params={"b": "2"})
    assert spans() == [expected(web, "/ok?a=1&b=2")]


@pytest.mark.skipif(VERSION < (3, 8), reason="sessions have no base before 3.8")
def test_a_session_with_a_base(web: Web, spans: Spans) -> None:
    async def asked() -> None:
        async with session_of(web.url("")) as session:
            await (await session.get("/ok")).read()

    run(asked())
    assert spans() == [expected(web, "/ok")]


def test_redirects_are_within_the_request(web: Web, spans: Spans) -> None:
    assert ask("GET", web.url("/redirect/2"))[0] == 200
    assert spans() == [expected(web, "/redirect/2")]
    assert [asked.path for asked in web.seen] == ["/redirect/2", "/redirect/1", "/ok"]
    assert {asked.parent for asked in web.seen} == {spans.last[0]["span_id"]}


def test_redirects_that_are_not_followed(web: Web, spans: Spans) -> None:
    assert ask("GET", web.url("/redirect/1"), allow_redirects=False)[0] == 302
    assert spans() == [expected(web, "/redirect/1", status=302)]


def test_server_errors_are_errors(web: Web, spans: Spans) -> None:
    ask("GET", web.url("/status/503"))
    assert spans() == [expected(web, "/status/503", status=503, error=True)]


def test_raising_for_statuses(web: Web, spans: Spans) -> None:
    async def asked() -> None:
        async with session_of(raise_for_status=True) as session:
            await session.get(web.url("/status/404"))

    with pytest.raises(aiohttp.ClientResponseError):
        run(asked())
    assert spans.one()["failure"][0].endswith("ClientResponseError")


def test_exceptions_are_the_librarys_own(web: Web, spans: Spans) -> None:
    with pytest.raises(aiohttp.ClientError) as caught:
        ask("POST", web.url("/broken"))
    assert type(caught.value) is aiohttp.ServerDisconnectedError
    span = spans.one()
    assert (span["failure"][0].rpartition(".")[2], span["error"]) == ("ServerDisconnectedError", True)


@pytest.mark.parametrize("url", ["http://[broken/", "no url", "", "http:///nowhere", "ftp://example.org/"])
def test_what_is_no_url(spans: Spans, url: str) -> None:
    with pytest.raises((aiohttp.ClientError, ValueError, AssertionError)):
        ask("GET", url)
    assert vedette.current_span() is None


def test_credentials_are_cut(web: Web, spans: Spans) -> None:
    ask("GET", web.url("/ok", user="me:secret@"))
    assert spans() == [expected(web, "/ok")]
    assert web.seen[0].headers["authorization"].startswith("Basic ")


def test_options(web: Web, spans: Spans, option: Any) -> None:
    option("aiohttp_client", split_by_domain=True, distributed_tracing=False)
    ask("GET", web.url("/ok"))
    assert spans() == [expected(web, "/ok", service=f"127.0.0.1:{web.port}")]
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_connections_are_told_in_full_detail(web: Web, spans: Spans, declared_again: Any) -> None:
    with declared_again("aiohttp_client", full=True):
        ask("GET", web.url("/ok"))
    request, connect = spans()
    assert request == expected(web, "/ok")
    assert connect == {
        "name": "TCPConnector.connect",
        "resource": "TCPConnector.connect",
        "parent": "aiohttp.request",
        "attributes": {"component": "aiohttp"},
    }


def test_streams_are_untouched(web: Web, spans: Spans) -> None:
    async def asked() -> list[bytes]:
        async with session_of() as session, session.get(web.url("/pieces")) as response:
            assert spans() == [expected(web, "/pieces")]
            assert vedette.current_span() is None
            return [piece async for piece in response.content.iter_any()]

    assert b"".join(run(asked())) == b"".join(PIECES)


def test_requests_side_by_side(web: Web, spans: Spans) -> None:
    async def asked() -> None:
        async with session_of() as session:
            with vedette.tracer.span("work"):
                for response in await asyncio.gather(*(session.get(web.url(f"/ok?n={n}")) for n in range(5))):
                    await response.read()

    run(asked())
    assert [span.get("parent") for span in spans()] == [None] + ["work"] * 5
    parents = {web.url(asked.path): asked.parent for asked in web.seen}
    assert parents == {span["attributes"]["url.full"]: span["span_id"] for span in spans.last[1:]}


def test_a_cancelled_request_ends(spans: Spans) -> None:
    async def silent(reader: Any, writer: Any) -> None:
        await reader.read(10_000)
        await asyncio.sleep(0.5)
        writer.close()

    async def asked() -> None:
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with session_of() as session:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(session.get(f"http://127.0.0.1:{port}/"), 0.1)
        server.close()

    run(asked())
    assert spans.one()["failure"][0].endswith("CancelledError")
    assert vedette.current_span() is None


@pytest.mark.skipif(VERSION < (3, 0), reason="no trace configs before 3.0")
def test_trace_configs_are_untouched(web: Web, spans: Spans) -> None:
    seen: list[str] = []

    async def started(session: Any, context: Any, params: Any) -> None:
        seen.append(f"{params.method} {params.url.path} {'x-mine' in params.headers}")

    async def asked() -> None:
        config = aiohttp.TraceConfig()
        config.on_request_start.append(started)
        async with session_of(trace_configs=[config]) as session:
            assert session.trace_configs == [config] if hasattr(session, "trace_configs") else True
            await (await session.get(web.url("/ok"), headers={"x-mine": "1"})).read()

    run(asked())
    assert seen == ["GET /ok True"]
    assert spans() == [expected(web, "/ok")]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(VERSION < (3, 0), reason="no native coroutines in their place before 3.0")
def test_sessions_of_the_users_class(web: Web, spans: Spans) -> None:
    class Mine(aiohttp.ClientSession):
        async def _request(self, *args: Any, **kwargs: Any) -> Any:
            with vedette.tracer.span("mine"):
                return await super()._request(*args, **kwargs)

    async def asked() -> None:
        async with Mine() as session:
            await (await session.get(web.url("/ok"))).read()

    run(asked())
    assert spans()[1:] == [expected(web, "/ok", parent="mine")]


def test_handshakes_of_websockets(spans: Spans) -> None:
    async def asked() -> int:
        from aiohttp import web

        async def socket(request: Any) -> Any:
            with vedette.tracer.span("handler", parent=vedette.extract(request.headers)):
                made = web.WebSocketResponse()
                await made.prepare(request)
            async for message in made:
                await made.send_str(message.data * 2)
            return made

        vedette_is_on = vedette.current_span()
        server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        server.close()
        app = web.Application()
        app.router.add_get("/socket", socket)
        loop = asyncio.get_event_loop()
        if hasattr(web, "AppRunner"):
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = site._server.sockets[0].getsockname()[1]
        else:
            listening = await loop.create_server(app.make_handler(), "127.0.0.1", 0)
            port = listening.sockets[0].getsockname()[1]
        async with session_of() as session:
            connected = await session.ws_connect(f"http://127.0.0.1:{port}/socket")
            await connected.send_str("ab")
            assert (await connected.receive()).data == "abab"
            await connected.close()
        assert vedette_is_on is None
        return int(port)

    port = run(asked())
    made = spans()
    (client,) = [span for span in made if span["name"] == "aiohttp.request" and span["kind"] == "client"]
    assert client["attributes"]["http.response.status_code"] == 101
    assert client["attributes"]["url.full"] == f"http://127.0.0.1:{port}/socket"
    (handler,) = [span for span in spans.last if span["name"] == "handler"]
    assert handler["trace_id"] == next(span["trace_id"] for span in spans.last if span["kind"] == "client")


def test_the_library_looks_as_before() -> None:
    assert "headers" in inspect.signature(aiohttp.ClientSession._request).parameters
    if VERSION >= (3, 0):
        assert inspect.iscoroutinefunction(aiohttp.ClientSession._request)
