"""The application that the tests of Starlette share, and the spans that it makes."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

from tests.integrations.expected import Expected

EXPECTED = Expected("starlette", "starlette", "websocket /socket/{room}")
request, query = EXPECTED.request, EXPECTED.query


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


def made() -> Starlette:
    """The application."""
    return Starlette(routes=ROUTES, exception_handlers={ArithmeticError: handle})
