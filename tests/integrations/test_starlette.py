"""Starlette: its spans over raw ASGI, and that applications see what they saw before."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from tests.integrations.asgi_client import Answered, ask, drive, run, scope_of
from tests.integrations.made import Spans
from tests.integrations.starlette_app import made as made_app
from tests.integrations.starlette_app import plain, query, raised_by, request, work


@pytest.fixture(scope="module")
def app() -> Starlette:
    return made_app()


@pytest.mark.parametrize(
    ("path", "resource", "status", "route"),
    [
        ("/", "GET /", 200, "/"),
        ("/?q=1", "GET /", 200, "/"),
        ("/nowhere", "GET 404", 404, None),
        ("/refused/410", "GET /refused/{status:int}", 410, "/refused/{status:int}"),
        ("/caught", "GET /caught", 418, "/caught"),
        ("/slash", "GET 307", 307, None),
        ("/mounted/acme/users/7", "GET /mounted/{tenant}/users/{id:int}", 200, "/mounted/{tenant}/users/{id:int}"),
        ("/mounted/acme/deep/x", "GET /mounted/{tenant}/deep/x", 200, "/mounted/{tenant}/deep/x"),
        ("/sub/inner/5", "GET /sub/inner/{x}", 200, "/sub/inner/{x}"),
        ("/sub/nowhere", "GET /sub", 404, "/sub"),
        ("/raw/any/thing", "GET /raw", 200, "/raw"),
        ("/body/json", "GET /body/{how}", 405, "/body/{how}"),
    ],
)  # fmt: skip
def test_a_request_is_one_span(app: Any, spans: Spans, path: str, resource: str, status: int, route: str) -> None:
    assert ask(app, path).status == status
    assert spans() == [request(resource, path, status, route)]


def test_a_host_route(app: Any, spans: Spans) -> None:
    assert ask(app, "/hosted", headers={"host": "api.example"}).body == b"plain"
    assert spans.one()["resource"] == "GET /hosted"


def test_endpoints_in_threads_have_the_request_as_parent(app: Any, spans: Spans) -> None:
    ask(app, "/thread/4")
    assert spans() == [request("GET /thread/{item}", "/thread/4", 200, "/thread/{item}"), query()]


def test_an_unhandled_exception(app: Any, spans: Spans) -> None:
    answered = Answered()
    with pytest.raises(LookupError, match="mine") as raised:
        run(drive(app, scope_of("/broken"), [{"type": "http.request"}], answered))
    assert answered.status == 500
    failure = ("LookupError", "mine")
    assert spans() == [request("GET /broken", "/broken", 500, "/broken", error=True, failure=failure)]
    frames = [frame.name for frame in raised.traceback]
    assert frames[-1] == "broken"


def test_a_server_error_by_the_application(app: Any, spans: Spans) -> None:
    assert ask(app, "/refused/503").status == 503
    route = "/refused/{status:int}"
    assert spans() == [request(f"GET {route}", "/refused/503", 503, route, error=True)]


def test_an_exception_after_the_response_began(app: Any, spans: Spans) -> None:
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - older versions raise it in a group
        ask(app, "/after-begin")
    assert "too late" in repr(raised.value) or "too late" in repr(getattr(raised.value, "exceptions", ""))
    (span,) = spans()
    assert (span["error"], span["attributes"]["http.response.status_code"]) == (True, 200)


def test_a_stream_lasts_as_long_as_its_pieces(app: Any, spans: Spans) -> None:
    assert ask(app, "/stream").body == b"0,1,2,"
    assert spans() == [request("GET /stream", "/stream", 200, "/stream"), query(), query(), query()]
    request_span, *queries = spans.last
    end = request_span["start"] + request_span["duration"]
    assert all(span["start"] + span["duration"] <= end for span in queries)


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_client_that_leaves_in_the_middle(app: Any, spans: Spans, version: str) -> None:
    async def endless(request: Request) -> StreamingResponse:
        async def pieces() -> Any:
            while True:
                yield "x"
                await asyncio.sleep(0)

        return StreamingResponse(pieces())

    sent: list[Any] = []

    async def receive() -> Any:
        while len(sent) < 3:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)
        if len(sent) > 5:
            raise OSError("gone")

    async def scenario() -> None:
        scope = scope_of("/endless", asgi={"version": "3.0", "spec_version": version})
        await Starlette(routes=[Route("/endless", endless)])(scope, receive, send)

    assert raised_by(lambda: run(scenario())) in (None, "ClientDisconnect", "OSError")  # by version
    assert spans.one()["resource"] == "GET /endless"


def test_background_tasks_are_traces_of_their_own(app: Any, spans: Spans) -> None:
    assert ask(app, "/background").body == b"accepted"
    made, task, statement = spans()
    assert made == request("GET /background", "/background", 200, "/background")
    assert task == {
        "name": "starlette.background_task",
        "resource": "work",
        "service": "starlette",
        "links": 1,
        "attributes": {"component": "starlette"},
    }
    assert statement == query("starlette.background_task")
    first, second, _ = spans.last
    assert first["trace_id"] != second["trace_id"]
    assert second["links"][0][:2] == (first["trace_id"], first["span_id"])
    assert first["start"] + first["duration"] <= second["start"]


def test_background_tasks_that_fail(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="later"):
        ask(app, "/two-tasks")
    names = {(span["name"], span["resource"], span.get("failure")) for span in spans()}
    assert ("starlette.request", "GET /two-tasks", None) in names
    assert ("starlette.background_task", "work", None) in names
    assert ("starlette.background_task", "fails", ("LookupError", "later")) in names


def test_a_task_that_no_request_made(spans: Spans) -> None:
    run(BackgroundTask(work)())
    task, statement = spans()
    assert (task["name"], task.get("links")) == ("starlette.background_task", None)
    assert statement["parent"] == "starlette.background_task"


@pytest.mark.parametrize(
    ("how", "content_type", "body", "answer"),
    [
        ("json", "application/json", [b'{"a":', b" 1}"], b'{"a":1}'),
        ("raw", "text/plain", b"as it is", b'"as it is"'),
        ("stream", "text/plain", [b"in", b"pieces"], b'["in","pieces",""]'),
    ],
)  # fmt: skip
def test_bodies(app: Any, spans: Spans, how: str, content_type: str, body: Any, answer: bytes) -> None:
    headers = {"content-type": content_type}
    assert ask(app, f"/body/{how}", "POST", headers, body).body == answer
    assert spans.one()["resource"] == "POST /body/{how}"


def test_a_request_of_a_handler_to_another_application(spans: Spans) -> None:
    inner = Starlette(routes=[Route("/inner", plain)])

    async def calling(request: Request) -> PlainTextResponse:
        answered = await drive(inner, scope_of("/inner"), [{"type": "http.request"}])
        return PlainTextResponse(answered.body.decode())

    assert ask(Starlette(routes=[Route("/outer", calling)]), "/outer").body == b"plain"
    expected = [request("GET /outer", "/outer", 200, "/outer"), request("GET /inner", "/inner", 200, "/inner")]
    expected[1]["parent"] = "starlette.request"
    assert spans() == expected


def test_a_trace_is_continued(app: Any, spans: Spans) -> None:
    ask(app, "/", headers={"traceparent": f"00-{7:032x}-{9:016x}-01"})
    assert spans.one()["parent"] == "remote"
    assert (spans.last[0]["trace_id"], spans.last[0]["parent_id"]) == (7, 9)


def test_lifespan_is_left_alone(app: Any, spans: Spans) -> None:
    sent: list[str] = []
    steps = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def next_step() -> Any:
        return steps.pop(0)

    async def told(message: Any) -> None:
        sent.append(message["type"])

    run(app({"type": "lifespan", "asgi": {"version": "3.0"}}, next_step, told))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert spans() == []


def test_hostile_messages_reach_the_server(spans: Spans) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def hostile(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": "many", "headers": iter([(b"a", b"b")])})
        await send({"type": "http.response.body"})
        for message in (None, 7, {}, {"type": None}):
            await send(message)

    app = Starlette()
    app.middleware_stack = hostile
    run(app(scope_of("/"), None, send))  # type: ignore[arg-type]
    assert list(sent[0]["headers"]) == [(b"a", b"b")]
    assert sent[1:] == [{"type": "http.response.body"}, None, 7, {}, {"type": None}]
    assert "http.response.status_code" not in spans.one()["attributes"]


def test_what_is_hooked_stays_what_it_was() -> None:
    assert inspect.iscoroutinefunction(Starlette.__call__)
    assert list(inspect.signature(Starlette.__call__).parameters) == ["self", "scope", "receive", "send"]
    assert pickle.loads(pickle.dumps(Route.handle)) is Route.handle
    task = copy.copy(BackgroundTask(work))
    assert isinstance(task, BackgroundTask)
    assert set(vars(task)) == {"func", "args", "kwargs", "is_async"}
