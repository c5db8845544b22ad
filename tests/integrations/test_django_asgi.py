"""Django through ASGI: views of both kinds, streams, clients that go away; and its asynchronous test client."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import vedette
from tests.integrations.asgi_client import Answered, ask, drive, pieces_of, run, scope_of
from tests.integrations.made import Spans

pytest.importorskip("django")
from tests.integrations import django_site

if django_site.VERSION < (3, 1):
    pytest.skip("asynchronous views came with 3.1", allow_module_level=True)

from django.http import HttpResponse, StreamingHttpResponse  # isort: skip  # once it is set up
from django.urls import path  # isort: skip

PARENT = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


async def later(request: Any, number: int) -> Any:
    await asyncio.sleep(0)
    with vedette.tracer.span("work"):
        return HttpResponse(f"{number} {request.body.decode()}")


def at_once(request: Any) -> Any:
    with vedette.tracer.span("work"):
        return HttpResponse("done")


async def broken(request: Any) -> Any:
    raise LookupError("mine")


def broken_at_once(request: Any) -> Any:
    raise LookupError("mine")


async def gathered(request: Any) -> Any:
    async def part(name: str) -> None:
        with vedette.tracer.span(name):
            await asyncio.sleep(0)

    await asyncio.gather(part("one"), part("two"))
    return HttpResponse("done")


async def stream(request: Any) -> Any:
    async def pieces() -> Any:
        for piece in ("one", "two"):
            with vedette.tracer.span(piece):
                await asyncio.sleep(0)
                yield piece
        if "break" in request.GET:
            raise LookupError("too late")

    return StreamingHttpResponse(pieces())


async def slow(request: Any) -> Any:
    await asyncio.sleep(30)
    return HttpResponse("late")


PATTERNS = [
    path("later/<int:number>", later),
    path("at-once", at_once),
    path("broken", broken),
    path("broken-at-once", broken_at_once),
    path("gathered", gathered),
    path("stream", stream),
    path("slow", slow),
]
needs_streams = pytest.mark.skipif(django_site.VERSION < (4, 2), reason="asynchronous streams came with 4.2")


@pytest.fixture(params=["plain", "with middleware"])
def app(request: Any) -> Any:
    with django_site.site(PATTERNS, django_site.MIDDLEWARE if request.param != "plain" else ()):
        yield django_site.asgi()


def named(spans: Spans) -> list[tuple[str, str | None]]:
    return [(span["resource"], span.get("parent")) for span in spans()]


def test_a_request_is_one_span(app: Any, spans: Spans) -> None:
    answered = ask(app, "/later/7?page=2", "POST", {"user-agent": "test"}, b"hello")
    assert answered.body == b"7 hello"
    request, work = spans()
    assert (work["parent"], request["resource"]) == ("django.request", "POST later/<int:number>")
    assert request == {
        "name": "django.request",
        "resource": "POST later/<int:number>",
        "service": "django",
        "type": "web",
        "kind": "server",
        "attributes": {
            "component": "django",
            "http.request.method": "POST",
            "url.full": "http://testserver/later/7?page=2",
            "user_agent.original": "test",
            "network.protocol.version": "1.1",
            "network.peer.address": "10.1.2.3",
            "http.response.status_code": 200,
            "http.route": "later/<int:number>",
            "django.request.class": "django.core.handlers.asgi.ASGIRequest",
            "django.response.class": "django.http.response.HttpResponse",
            "django.view": f"{__name__}.later",
        },
    }


def test_views_in_threads(app: Any, spans: Spans) -> None:
    assert ask(app, "/at-once", headers=PARENT).body == b"done"
    assert named(spans) == [("GET at-once", "remote"), ("work", "django.request")]
    assert {span["trace_id"] for span in spans.last} == {0x4BF92F3577B34DA6A3CE929D0E0E4736}


def test_the_trace_can_begin_here(app: Any, spans: Spans, option: Any) -> None:
    option("django", distributed_tracing=False)
    ask(app, "/at-once", headers=PARENT)
    assert "parent" not in spans()[0]


def test_tasks_of_a_view(app: Any, spans: Spans) -> None:
    ask(app, "/gathered")
    assert [parent for _, parent in named(spans)] == [None, "django.request", "django.request"]


@pytest.mark.parametrize("path", ["/broken", "/broken-at-once"])
def test_an_error_of_the_view(app: Any, spans: Spans, path: str) -> None:
    assert ask(app, path).status == 500
    span = spans.one()
    assert (span["failure"], span["resource"]) == (("LookupError", "mine"), f"GET {path[1:]}")
    assert span["attributes"]["http.response.status_code"] == 500


def test_unknown_paths(app: Any, spans: Spans) -> None:
    assert ask(app, "/nowhere/7").status == 404
    assert spans.one()["resource"] == "GET 404"


@needs_streams
def test_a_stream_lasts_until_its_end(app: Any, spans: Spans) -> None:
    assert ask(app, "/stream").body == b"onetwo"
    assert named(spans) == [("GET stream", None), ("one", "django.request"), ("two", "django.request")]


@needs_streams
def test_a_stream_that_breaks(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="too late"):
        ask(app, "/stream?break=1")
    assert spans()[0]["failure"] == ("LookupError", "too late")


@pytest.mark.skipif(django_site.VERSION < (5, 0), reason="disconnects cancel views since 5.0")
def test_a_client_that_goes_away(app: Any, spans: Spans) -> None:
    begun = asyncio.Event()
    messages = pieces_of(b"")

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        begun.set()

    run(app(scope_of("/slow"), receive, send))
    assert not begun.is_set()
    span = spans.one()
    assert (span["resource"], "error" in span) == ("GET slow", False)


def test_a_client_that_goes_away_before_its_body_is_there(app: Any, spans: Spans) -> None:
    answered = run(drive(app, scope_of("/at-once", "POST"), [{"type": "http.disconnect"}]))
    assert answered.sent == []
    assert "error" not in spans.one()


def test_requests_at_once(app: Any, spans: Spans) -> None:
    async def many() -> list[Answered]:
        scopes = [scope_of(f"/later/{number}") for number in range(5)]
        return list(await asyncio.gather(*(asyncio.create_task(drive(app, s, pieces_of(b""))) for s in scopes)))

    assert [answered.body for answered in run(many())] == [b"%d " % number for number in range(5)]
    found = spans()
    requests = {span["span_id"] for span in spans.last if span["name"] == "django.request"}
    assert {span["parent_id"] for span in spans.last if span["name"] == "work"} == requests
    assert len(found) == 10


def test_websockets_are_refused_as_before(app: Any, spans: Spans) -> None:
    with pytest.raises(ValueError, match="ASGI/HTTP"):
        run(app({**scope_of("/"), "type": "websocket"}, None, None))
    assert spans() == []


def test_within_starlette(app: Any, spans: Spans) -> None:
    starlette = pytest.importorskip("starlette.applications")
    routing = pytest.importorskip("starlette.routing")
    outer = starlette.Starlette(routes=[routing.Mount("/shop", app)])
    assert ask(outer, "/shop/at-once").body == b"done"
    assert named(spans) == [("GET /shop/at-once", None), ("work", "starlette.request")]


def test_the_test_client(spans: Spans) -> None:
    from django.test import AsyncClient

    async def asking() -> Any:
        return await AsyncClient().get("/later/7")

    with django_site.site(PATTERNS, django_site.MIDDLEWARE):
        assert run(asking()).content == b"7 "
    assert named(spans) == [("GET later/<int:number>", None), ("work", "django.request")]


def test_asynchronous_views_through_wsgi(spans: Spans) -> None:
    from tests.integrations import wsgi_client

    with django_site.site(PATTERNS, django_site.MIDDLEWARE):
        assert wsgi_client.ask(django_site.wsgi(), "/later/7").body == b"7 "
    assert named(spans) == [("GET later/<int:number>", None), ("work", "django.request")]


def test_nothing_stays_active(app: Any) -> None:
    async def scenario() -> Any:
        await drive(app, scope_of("/at-once"), pieces_of(b""))
        return vedette.current_span()

    assert run(scenario()) is None
