"""The shop on Starlette, plain and with a middleware."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from tests.integrations.asgi_client import ask
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


async def _page(request: Request) -> Response:
    ran.append("page")
    return PlainTextResponse("page")


async def _path(request: Request) -> Response:
    ran.append("path")
    return PlainTextResponse(request.path_params["rest"])


async def _search(request: Request) -> Response:
    try:
        return JSONResponse({"rows": search(request.query_params["name"])})
    except Exception as error:
        return PlainTextResponse(repr(error), 500)


def _swallow(request: Request) -> Response:
    return JSONResponse({"rows": swallowing(request.query_params["name"])})


async def _changed(request: Request) -> Response:
    try:
        return JSONResponse({"rows": search(request.query_params["name"])})
    except BaseException as error:
        raise LookupError("mine") from error


async def _streamed(request: Request) -> Response:
    async def pieces() -> Any:
        if "begin" in request.query_params:
            yield "begun"
        search(request.query_params["name"])
        yield "ended"

    return StreamingResponse(pieces())


async def _body(request: Request) -> Response:
    how = request.path_params["how"]
    ran.append("body")
    got: Any = None
    if how == "form":
        async with request.form() as form:
            got = {key: getattr(value, "filename", value) for key, value in form.items()}
    elif how == "part":
        async for piece in request.stream():
            got = piece[:10].decode()
            break
    elif how != "ignored":
        data = await request.body()
        got = data.decode("utf-8", "replace")
        if how in ("json", "twice"):
            got = [got, loaded(await request.body())] if how == "twice" else loaded(data)
    ran.append("read")
    return Response(json.dumps({"got": got}), media_type="application/json")


async def _socket(websocket: Any) -> None:
    ran.append("socket")
    await websocket.accept()
    await websocket.close()


class _Passing(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Any:
        ran.append("reached")
        return await call_next(request)


def shop(layered: bool = False) -> Starlette:
    """On Starlette."""
    routes = [
        Route("/page", _page, methods=["GET", "POST"]),
        Route("/path/{rest:path}", _path),
        Route("/search", _search),
        Route("/swallow", _swallow),
        Route("/changed", _changed),
        Route("/streamed", _streamed),
        Route("/body/{how}", _body, methods=["POST"]),
        WebSocketRoute("/socket", _socket),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_Passing)] if layered else [])


class StarletteClient(Client):
    """Asks the shop on Starlette."""

    integration = "starlette"
    path_route = "/path/{rest:path}"
    begins_streams_at_once = True
    tells_of_parts = True

    def __init__(self, layered: bool = False) -> None:
        self.app = shop(layered)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        got = ask(self.app, path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"starlette": StarletteClient, "layered": lambda: StarletteClient(layered=True)}
