"""FastAPI: templates of all kinds of routers, dependencies, and real servers."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import http.client
import inspect
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fastapi
import httpx
import pytest
import starlette
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import PlainTextResponse, StreamingResponse

from tests.integrations.asgi_client import ask, talk, text
from tests.integrations.expected import Expected
from tests.integrations.made import Spans
from tests.integrations.served import hypercorned, uvicorned

with contextlib.suppress(ImportError):
    from fastapi import WebSocket

VERSION = tuple(int(part) for part in fastapi.__version__.split(".")[:2])
pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 11) and starlette.__version__ == "0.13.6",
    reason="what uses streams in Starlette 0.13.6 runs on no CPython after 3.10",
)
EXPECTED = Expected("fastapi", "fastapi")
request, query = EXPECTED.request, EXPECTED.query
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


def select(statement: str = "select 1") -> None:
    sqlite3.connect(":memory:").execute(statement)


def made() -> FastAPI:
    app = FastAPI()
    inner = APIRouter()
    outer = APIRouter()
    sub = FastAPI()

    @app.middleware("http")
    async def who(request: Request, call_next: Any) -> Any:
        WHO.set(request.headers.get("who", "nobody"))
        return await call_next(request)

    @app.get("/items/{item_id}")
    def item(item_id: int) -> dict[str, Any]:
        select()
        return {"id": item_id, "who": WHO.get()}

    @inner.get("/deep/{x:path}")
    async def deep(x: str, tenant: str) -> list[str]:
        return [tenant, x]

    @inner.websocket("/socket")
    async def routed_socket(websocket: WebSocket, tenant: str) -> None:
        await websocket.accept()
        await websocket.send_bytes(await websocket.receive_bytes())
        await websocket.close()

    @sub.get("/x/{y}")
    async def of_sub(y: str) -> str:
        return y

    async def opened() -> Any:
        select("select 'opened'")
        yield "dependency"
        select("select 'closed'")

    @app.get("/depends")
    async def depends(request: Request, value: str = Depends(opened)) -> list[str]:
        return [value, type(request).__module__]

    @app.post("/form")
    async def form(name: str = Form(...), upload: UploadFile = File(...)) -> list[Any]:  # noqa: B008
        return [name, upload.filename, len(await upload.read())]

    @app.post("/json")
    async def json(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @app.get("/background")
    async def background(tasks: BackgroundTasks) -> int:
        tasks.add_task(select, "select 'later'")
        return 1

    @app.get("/stream")
    def stream() -> StreamingResponse:
        def pieces() -> Iterator[str]:
            for _ in range(2):
                select()
                yield "piece"

        return StreamingResponse(pieces())

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError("mine")

    @app.get("/gone")
    async def gone() -> None:
        raise HTTPException(410)

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        await asyncio.sleep(0.001 * (number % 7))
        await asyncio.get_running_loop().run_in_executor(None, select, f"select {number} -- one")
        await asyncio.sleep(0.001 * (number % 5))
        return number

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        async for received in websocket.iter_text():
            await websocket.send_text(received * 2)

    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/v1/outer/{tenant}")
    app.mount("/sub/{tenant}", sub)
    return app


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return made()


@pytest.mark.parametrize(
    ("path", "resource", "status", "route"),
    [
        ("/items/x", "GET /items/{item_id}", 422, "/items/{item_id}"),
        ("/nowhere", "GET 404", 404, None),
        ("/json", "GET /json", 405, "/json"),
        ("/gone", "GET /gone", 410, "/gone"),
        (
            "/v1/outer/acme/inner/deep/a/b",
            "GET /v1/outer/{tenant}/inner/deep/{x:path}",
            200,
            "/v1/outer/{tenant}/inner/deep/{x:path}",
        ),
        ("/sub/acme/x/1", "GET /sub/{tenant}/x/{y}", 200, "/sub/{tenant}/x/{y}"),
        ("/sub/acme/none", "GET /sub/{tenant}", 404, "/sub/{tenant}"),
        ("/openapi.json", "GET /openapi.json", 200, "/openapi.json"),
    ],
)  # fmt: skip
def test_a_request_is_one_span(app: Any, spans: Spans, path: str, resource: str, status: int, route: str) -> None:
    assert ask(app, path).status == status
    assert spans() == [request(resource, path, status, route)]


def test_context_of_middleware_reaches_threads(app: Any, spans: Spans) -> None:
    assert ask(app, "/items/4", headers={"who": "me"}).body == b'{"id":4,"who":"me"}'
    assert spans() == [request("GET /items/{item_id}", "/items/4", 200, "/items/{item_id}"), query()]


def test_dependencies(app: Any, spans: Spans) -> None:
    assert ask(app, "/depends").body == b'["dependency","starlette.requests"]'
    first, opened, closed = spans()
    assert first == request("GET /depends", "/depends", 200, "/depends")
    assert opened == query(statement="select 'opened'")
    assert closed["resource"] == "select 'closed'"


MULTIPART = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n--b\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n\r\ncontent\r\n--b--\r\n'  # noqa: E501


def test_bodies(app: Any, spans: Spans) -> None:
    multipart = {"content-type": "multipart/form-data; boundary=b"}
    assert ask(app, "/form", "POST", multipart, [MULTIPART[:50], MULTIPART[50:]]).body == b'["Ada","a.txt",7]'
    json = {"content-type": "application/json"}
    assert ask(app, "/json", "POST", json, [b'{"a":', b"[1]}"]).body == b'{"a":[1]}'
    assert ask(app, "/json", "POST", json, b"{not json").status in (400, 422)
    assert [span["resource"] for span in spans()] == ["POST /form", "POST /json", "POST /json"]


def test_background_tasks_have_the_frameworks_name(app: Any, spans: Spans) -> None:
    ask(app, "/background")
    first, task, later = spans()
    assert first == request("GET /background", "/background", 200, "/background")
    assert (task["name"], task["service"], task["resource"]) == ("fastapi.background_task", "fastapi", "select")
    assert task["links"] == 1
    assert later == query("fastapi.background_task", "select 'later'")


def test_streams_of_threads(app: Any, spans: Spans) -> None:
    assert ask(app, "/stream").body == b"piecepiece"
    assert spans() == [request("GET /stream", "/stream", 200, "/stream"), query(), query()]


def test_an_unhandled_exception(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="mine"):
        ask(app, "/broken")
    failure = ("LookupError", "mine")
    assert spans() == [request("GET /broken", "/broken", 500, "/broken", error=True, failure=failure)]


def test_websockets_of_routers(app: Any, spans: Spans) -> None:
    answered = talk(app, "/v1/outer/acme/inner/socket", [{"type": "websocket.receive", "bytes": b"\0\1"}])
    assert answered.sent[1]["bytes"] == b"\0\1"
    handshake, received, sent, closed = spans()
    assert handshake["resource"] == "websocket /v1/outer/{tenant}/inner/socket"
    assert received["attributes"]["websocket.message.type"] == "binary"
    assert (sent["parent"], closed["parent"]) == ("websocket.receive", "websocket.receive")
    assert {span["service"] for span in (handshake, received, sent, closed)} == {"fastapi"}


def test_iterating_over_messages(app: Any, spans: Spans) -> None:
    talk(app, "/socket", [text("a"), text("b")])
    assert [span["name"].rpartition(".")[2] for span in spans()] == ["request", "receive", "send", "receive", "send"]


@pytest.fixture(scope="module", params=[uvicorned, hypercorned])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with request.param(made()) as port:
        yield port


def asked(port: int, path: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, bytes]:
    """Without the help of an instrumented library."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_served(port: int, spans: Spans) -> None:
    assert asked(port, "/items/3?q=1", traceparent=f"00-{5:032x}-{6:016x}-01") == (200, b'{"id":3,"who":"nobody"}')
    served, statement = spans(2)
    assert (served["resource"], served["parent"], served["attributes"]["url.full"]) == (
        "GET /items/{item_id}",
        "remote",
        f"http://127.0.0.1:{port}/items/3?q=1",
    )
    assert statement == query()


def test_served_errors_and_streams(port: int, spans: Spans) -> None:
    assert asked(port, "/stream") == (200, b"piecepiece")
    assert asked(port, "/broken")[0] == 500
    assert (
        asked(port, "/json", "POST", iter([b'{"a"', b":1}"]), **{"Content-Type": "application/json"})[1] == b'{"a":1}'
    )
    found = spans(5)
    assert [span["resource"] for span in found if span["type"] == "web"] == ["GET /stream", "GET /broken", "POST /json"]


def test_served_background_tasks(port: int, spans: Spans) -> None:
    assert asked(port, "/background") == (200, b"1")
    assert {span["name"] for span in spans(3)} == {"fastapi.request", "fastapi.background_task", "sqlite.query"}


def test_served_many_at_once(port: int, spans: Spans) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda number: asked(port, f"/number/{number}")[1], range(200)))
    assert bodies == [str(number).encode() for number in range(200)]
    spans(400)
    by_id = {span["span_id"]: span for span in spans.last if span["name"] == "fastapi.request"}
    statements = [span for span in spans.last if span["name"] == "sqlite.query"]
    assert (len(by_id), len(statements)) == (200, 200)
    for statement in statements:
        parent = by_id[statement["parent_id"]]
        number = parent["attributes"]["url.full"].rpartition("/")[2]
        assert (statement["trace_id"], statement["resource"]) == (parent["trace_id"], f"select {number} -- one")


def test_served_websocket(port: int, spans: Spans) -> None:
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{port}/socket") as socket:
        socket.send("ab")
        assert socket.recv() == "abab"
    handshake, received, sent = spans(3)
    assert (handshake["resource"], handshake["attributes"]["http.response.status_code"]) == ("websocket /socket", 101)
    assert (received["links"], sent["parent"]) == (1, "websocket.receive")


def test_clients_of_httpx_in_the_handler(web: Any, spans: Spans) -> None:
    app = FastAPI()

    @app.get("/calls/{number}")
    async def calls(number: int) -> int:
        async with httpx.AsyncClient() as client:
            answers = await asyncio.gather(*(client.get(web.url(f"/ok?{number}-{at}")) for at in range(2)))
        return sum(answer.status_code for answer in answers)

    with uvicorned(app) as port, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda number: asked(port, f"/calls/{number}"), range(20))) == [(200, b"400")] * 20
    spans(60)
    requests = {span["span_id"]: span for span in spans.last if span["name"] == "fastapi.request"}
    calls_made = [span for span in spans.last if span["name"] == "http.request"]
    assert (len(requests), len(calls_made)) == (20, 40)
    for call in calls_made:
        parent = requests[call["parent_id"]]
        assert f"/ok?{parent['attributes']['url.full'].rpartition('/')[2]}-" in call["attributes"]["url.full"]
    assert {asked.parent for asked in web.seen} == {call["span_id"] for call in calls_made}


@pytest.mark.skipif(VERSION < (0, 110), reason="that client needs an older Python, and an older HTTPX")
def test_the_test_client(app: Any, spans: Spans) -> None:
    from starlette.testclient import TestClient

    with TestClient(app) as client:
        assert client.get("/items/1").json()["id"] == 1
        with client.websocket_connect("/socket") as socket:
            socket.send_text("ab")
            assert socket.receive_text() == "abab"
    assert {span["name"] for span in spans()} >= {"fastapi.request", "sqlite.query", "websocket.receive"}
    assert threading.active_count() < 50


def test_what_is_hooked_stays_what_it_was() -> None:
    assert inspect.iscoroutinefunction(FastAPI.__call__)
    assert list(inspect.signature(FastAPI.__call__).parameters) == ["self", "scope", "receive", "send"]
    assert made().openapi()["paths"].keys() >= {"/items/{item_id}", "/v1/outer/{tenant}/inner/deep/{x}"}


def test_answers_of_middleware_have_no_route(spans: Spans) -> None:
    app = FastAPI()

    @app.middleware("http")
    async def early(request: Request, call_next: Any) -> Any:
        return PlainTextResponse("early", 429)

    assert ask(app, "/items/3").status == 429
    assert spans() == [request("GET 429", "/items/3", 429)]
