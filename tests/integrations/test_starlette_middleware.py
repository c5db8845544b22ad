"""Starlette: middleware, and what is active where; what applications see of the tracing."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import vedette
from tests.integrations.asgi_client import Answered, Message, ask, drive, run, scope_of
from tests.integrations.made import Spans
from tests.integrations.starlette_app import background, broken, query, request, select, stream
from vedette.lifecycle import running


class Pure:
    """Middleware of plain ASGI."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-pure", b"1")]}
            await send(message)

        select()
        await self.app(scope, receive, sent)


class Based(BaseHTTPMiddleware):
    """Middleware that runs the application in a task of its own."""

    async def dispatch(self, request: Request, call_next: Any) -> Any:
        request.state.seen = "by the middleware"
        response = await call_next(request)
        response.headers["x-based"] = "1"
        return response


async def state(request: Request) -> PlainTextResponse:
    select()
    return PlainTextResponse(request.state.seen)


@pytest.fixture(scope="module")
def layered() -> Starlette:
    routes = [Route("/", state), Route("/stream", stream), Route("/broken", broken), Route("/background", background)]
    return Starlette(routes=routes, middleware=[Middleware(Pure), Middleware(Based)])


def test_middleware(layered: Any, spans: Spans) -> None:
    answered = ask(layered, "/")
    assert answered.body == b"by the middleware"
    assert (answered.headers["x-pure"], answered.headers["x-based"]) == ("1", "1")
    assert spans() == [request("GET /", "/", 200, "/"), query(), query()]


def test_a_stream_through_middleware(layered: Any, spans: Spans) -> None:
    assert ask(layered, "/stream").body == b"0,1,2,"
    names = [(span["name"], span.get("parent")) for span in spans()]
    assert names == [("starlette.request", None), *[("sqlite.query", "starlette.request")] * 4]


def test_an_exception_through_middleware(layered: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="mine"):
        ask(layered, "/broken")
    assert [span.get("failure") for span in spans()] == [("LookupError", "mine"), None]


def test_background_tasks_behind_middleware(layered: Any, spans: Spans) -> None:
    ask(layered, "/background")
    made, *_, statement = spans()
    assert made["resource"] == "GET /background"
    assert statement["parent"] == "starlette.background_task"


def test_nothing_stays_active_after_a_request(layered: Any, spans: Spans) -> None:
    async def requests() -> None:
        for path in ("/stream", "/", "/stream"):
            await drive(layered, scope_of(path), [{"type": "http.request"}])
            assert vedette.current_span() is None
        with vedette.tracer.span("mine"):
            await drive(layered, scope_of("/"), [{"type": "http.request"}])

    run(requests())
    made = spans()
    roots = [span["name"] for span in made if "parent" not in span]
    assert roots == ["starlette.request"] * 3 + ["mine"]


def test_two_hundred_requests_at_once_are_not_mixed(spans: Spans) -> None:
    async def nested(request: Request) -> PlainTextResponse:
        number = request.path_params["number"]
        await asyncio.sleep(0.001 * (int(number) % 7))
        with vedette.tracer.span("step", resource=number):
            await asyncio.sleep(0.001 * (int(number) % 5))
            sqlite3.connect(":memory:").execute(f"select '{number}'")
        return PlainTextResponse(number)

    app = Starlette(routes=[Route("/{number}", nested)], middleware=[Middleware(Based)])

    async def all_of_them() -> list[Answered]:
        def one(number: int) -> Any:
            return drive(app, scope_of(f"/{number}"), [{"type": "http.request"}])

        return list(await asyncio.gather(*(one(number) for number in range(200))))

    assert [answered.body for answered in run(all_of_them())] == [str(number).encode() for number in range(200)]
    spans()
    traces: dict[int, list[dict[str, Any]]] = {}
    for span in spans.last:
        traces.setdefault(span["trace_id"], []).append(span)
    assert len(traces) == 200
    for trace in traces.values():
        root, step, statement = trace
        assert (root["parent_id"], step["parent_id"], statement["parent_id"]) == (0, root["span_id"], step["span_id"])
        assert root["attributes"]["url.full"].rpartition("/")[2] == step["resource"]


def looked_at_by(app: Any) -> tuple[Message, Any]:
    """The scope as it is after a request, and the `receive` that the application got."""
    seen: list[Any] = []

    async def looking(scope: Any, receive: Any, send: Any) -> None:
        seen.append(receive)
        await PlainTextResponse("seen")(scope, receive, send)

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        pass

    app.router.routes[:] = [Mount("/", looking)]
    scope = scope_of("/")
    run(app(scope, receive, send))
    return scope, seen[0] is receive


def test_scope_and_receive_are_left_alone(spans: Spans) -> None:
    app = Starlette()
    scope, own = looked_at_by(app)
    state = running()
    assert state is not None
    switch = state.registry.installed["starlette"].switch
    switch.on = False
    try:
        untraced, own_untraced = looked_at_by(app)
    finally:
        switch.on = True
    assert len(spans()) == 1
    assert own == own_untraced
    for its_own in ("endpoint", "route"):
        scope.pop(its_own, None)
        untraced.pop(its_own, None)
    assert scope == untraced
