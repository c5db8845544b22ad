"""Starlette: its spans over raw ASGI, and that applications see what they saw before."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import sqlite3
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

import vedette
from tests.integrations.asgi_client import Answered, Message, ask, drive, run, scope_of, talk, text
from tests.integrations.made import Spans
from vedette.lifecycle import running

SPAN = {"name": "starlette.request", "service": "starlette", "type": "web", "kind": "server"}


def request(resource: str, url: str, status: int | None = 200, route: str | None = None, **more: Any) -> dict[str, Any]:
    method = resource.partition(" ")[0]
    attributes = {
        "component": "starlette",
        "http.request.method": method,
        "network.peer.address": "10.1.2.3",
        "network.protocol.version": "1.1",
        "url.full": f"http://testserver{url}",
    }
    if status is not None:
        attributes["http.response.status_code"] = status
    if route is not None:
        attributes["http.route"] = route
    return {**SPAN, "resource": resource, **more, "attributes": attributes}


def raised_by(act: Any) -> str | None:
    try:
        act()
    except Exception as error:
        return type(error).__name__
    return None


def select() -> None:
    sqlite3.connect(":memory:").execute("select 1")


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse("plain")


def in_thread(request: Request) -> PlainTextResponse:
    select()
    return PlainTextResponse("thread")


async def broken(request: Request) -> PlainTextResponse:
    raise LookupError("mine")


async def refused(request: Request) -> PlainTextResponse:
    raise HTTPException(int(request.path_params["status"]))


async def caught(request: Request) -> PlainTextResponse:
    raise ArithmeticError("handled")


async def stream(request: Request) -> StreamingResponse:
    async def pieces() -> Any:
        for number in range(3):
            select()
            yield f"{number},"

    return StreamingResponse(pieces())


async def after_begin(request: Request) -> StreamingResponse:
    async def pieces() -> Any:
        yield "begun"
        raise LookupError("too late")

    return StreamingResponse(pieces())


async def background(request: Request) -> PlainTextResponse:
    return PlainTextResponse("accepted", background=BackgroundTask(work))


async def two_tasks(request: Request) -> PlainTextResponse:
    tasks = BackgroundTasks()
    tasks.add_task(work)
    tasks.add_task(fails)
    return PlainTextResponse("accepted", background=tasks)


async def work() -> None:
    await asyncio.sleep(0.01)
    select()


def fails() -> None:
    raise LookupError("later")


async def body(request: Request) -> JSONResponse:
    how = request.path_params["how"]
    if how == "stream":
        return JSONResponse([piece.decode() async for piece in request.stream()])
    if how == "form":
        async with request.form() as form:
            return JSONResponse({key: value for key, value in form.items() if isinstance(value, str)})
    return JSONResponse(await request.json() if how == "json" else (await request.body()).decode())


async def raw(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse(f"raw {scope['path']}")(scope, receive, send)


async def socket(websocket: Any) -> None:
    await websocket.accept()
    while True:
        received = await websocket.receive_text()
        select()
        if received == "fail":
            raise LookupError("in a message")
        if received == "close":
            await websocket.close(1001)
            return
        await websocket.send_text(received * 2)


async def refusing(websocket: Any) -> None:
    await websocket.close()


ROUTES = [
    Route("/", plain),
    Route("/thread/{item}", in_thread),
    Route("/broken", broken),
    Route("/refused/{status:int}", refused),
    Route("/caught", caught),
    Route("/stream", stream),
    Route("/after-begin", after_begin),
    Route("/background", background),
    Route("/two-tasks", two_tasks),
    Route("/body/{how}", body, methods=["POST"]),
    Route("/slash/", plain),
    Mount("/mounted/{tenant}", routes=[Route("/users/{id:int}", plain), Mount("/deep", routes=[Route("/x", plain)])]),
    Mount("/sub", Starlette(routes=[Route("/inner/{x}", plain)])),
    Mount("/raw", raw),
    Host("api.example", Router(routes=[Route("/hosted", plain)])),
    WebSocketRoute("/socket/{room}", socket),
    WebSocketRoute("/refusing", refusing),
]


async def handle(request: Request, error: Exception) -> PlainTextResponse:
    return PlainTextResponse("handled", status_code=418)


@pytest.fixture(scope="module")
def app() -> Starlette:
    return Starlette(routes=ROUTES, exception_handlers={ArithmeticError: handle})


QUERY = {"name": "sqlite.query", "resource": "select 1", "service": "sqlite", "type": "sql", "kind": "client"}
QUERY_TAGS = {"component": "sqlite", "db.system.name": "sqlite"}


def query(parent: str = "starlette.request") -> dict[str, Any]:
    return {**QUERY, "parent": parent, "attributes": QUERY_TAGS}


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


def message_span(kind: str, parent: str | None = None, **attributes: Any) -> dict[str, Any]:
    made = {
        "name": f"websocket.{kind}",
        "resource": "websocket /socket/{room}",
        "service": "starlette",
        "type": "websocket",
        "kind": "consumer" if kind == "receive" else "producer",
        "links": 1,
    }
    named = {f"websocket.{key.replace('_', '.')}": value for key, value in attributes.items()}
    return {**made, **({"parent": parent} if parent else {}), "attributes": {"component": "starlette", **named}}


def message(kind: str, length: int, parent: str | None = None) -> dict[str, Any]:
    return message_span(kind, parent, message_type="text", message_length=length, message_frames=1)


HANDSHAKE = {
    **SPAN,
    "type": "websocket",
    "resource": "websocket /socket/{room}",
    "attributes": {
        "component": "starlette",
        "http.request.method": "GET",
        "http.response.status_code": 101,
        "http.route": "/socket/{room}",
        "http.upgraded": "websocket",
        "network.peer.address": "10.1.2.3",
        "network.protocol.version": "1.1",
        "url.full": "ws://testserver/socket/1",
    },
}


def test_messages_are_traces_linked_to_the_handshake(app: Any, spans: Spans) -> None:
    answered = talk(app, "/socket/1", [text("hello"), text("close")])
    assert [sent["type"] for sent in answered.sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert spans() == [
        HANDSHAKE,
        message("receive", 5),
        query("websocket.receive"),
        message("send", 10, "websocket.receive"),
        message("receive", 5),
        query("websocket.receive"),
        message_span("close", "websocket.receive", close_code=1001),
    ]
    handshake, *others = spans.last
    assert len({span["trace_id"] for span in spans.last}) == 3
    linked = [span["links"][0][1] for span in others if span.get("links")]
    assert linked == [handshake["span_id"]] * 4


def test_an_exception_belongs_to_its_message(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="in a message"):
        talk(app, "/socket/1", [text("fail")])
    handshake, received, _ = spans()
    assert handshake == HANDSHAKE
    assert received == {**message("receive", 4), "error": True, "failure": ("LookupError", "in a message")}


def test_the_client_closes(app: Any, spans: Spans) -> None:
    assert raised_by(lambda: talk(app, "/socket/1", [text("x")])) in (None, "WebSocketDisconnect")
    assert [(span["name"], span.get("error")) for span in spans()] == [
        ("starlette.request", None),
        ("websocket.receive", None),
        ("sqlite.query", None),
        ("websocket.send", None),
    ]


def test_a_handshake_that_is_refused(app: Any, spans: Spans) -> None:
    assert [sent["type"] for sent in talk(app, "/refusing").sent] == ["websocket.close"]
    span = spans.one()
    assert (span["resource"], span["attributes"]["http.response.status_code"]) == ("websocket /refusing", 403)


def test_websockets_untraced(app: Any, spans: Spans, option: Any) -> None:
    option("starlette", trace_websocket=False)
    talk(app, "/socket/1", [text("close")])
    assert [span["name"] for span in spans()] == ["sqlite.query"]


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
