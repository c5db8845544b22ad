"""The same small application on two frameworks: what the tests attack."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from tests.integrations.asgi_client import ask

ran: list[str] = []
"""Handlers that were reached."""


@dataclass
class Answer:
    """What a client got."""

    status: int
    body: bytes
    headers: dict[str, str]


def search(name: str) -> list[Any]:
    """A query that can be injected into."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table users (name text, secret text)")
    connection.execute("insert into users values ('bob', 's3cret')")
    ran.append("before")
    rows = connection.execute(f"select name from users where name = '{name}'").fetchall()
    ran.append("after")
    return rows


def swallowing(name: str) -> Any:
    """What careless applications do."""
    try:
        return search(name)
    except BaseException:
        return "swallowed"


def flask_shop() -> Flask:
    """On Flask."""
    app = Flask("shop")

    @app.before_request
    def reached() -> None:
        ran.append("reached")

    @app.route("/page", methods=["GET", "POST", "HEAD"])
    def page() -> str:
        ran.append("page")
        return "page"

    @app.route("/path/<path:rest>")
    def path(rest: str) -> str:
        ran.append("path")
        return rest

    @app.route("/search")
    def searched() -> Any:
        try:
            return {"rows": search(request.args["name"])}
        except Exception as error:
            return repr(error), 500

    @app.route("/swallow")
    def swallowed() -> Any:
        return {"rows": swallowing(request.args["name"])}

    @app.route("/changed")
    def changed() -> Any:
        try:
            return {"rows": search(request.args["name"])}
        except BaseException as error:
            raise LookupError("mine") from error

    @app.route("/streamed")
    def streamed() -> Any:
        def pieces() -> Any:
            if request_begins:
                yield "begun"
            search(name)
            yield "ended"

        name, request_begins = request.args["name"], "begin" in request.args
        return app.response_class(pieces())

    @app.route("/body/<how>", methods=["POST"])
    def body(how: str) -> Any:
        ran.append("body")
        if how == "json":
            got: Any = request.get_json(silent=True)
        elif how == "form":
            got = {**request.form.to_dict(), **{key: file.filename for key, file in request.files.items()}}
        elif how == "twice":
            got = [request.get_data().decode("utf-8", "replace"), request.get_json(silent=True)]
        elif how == "ignored":
            got = None
        elif how == "part":
            got = request.stream.read(10).decode()
        else:
            got = request.get_data().decode("utf-8", "replace")
        ran.append("read")
        return {"got": got}

    return app


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
            got = [got, _loaded(await request.body())] if how == "twice" else _loaded(data)
    ran.append("read")
    return Response(json.dumps({"got": got}), media_type="application/json")


def _loaded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


async def _socket(websocket: Any) -> None:
    ran.append("socket")
    await websocket.accept()
    await websocket.close()


class _Passing(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Any:
        ran.append("reached")
        return await call_next(request)


def starlette_shop(layered: bool = False) -> Starlette:
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


class FlaskClient:
    """Asks the shop on Flask."""

    def __init__(self) -> None:
        self.app = flask_shop()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        chunked = not isinstance(body, bytes)
        more: dict[str, Any] = {"data": b"".join(body) if chunked else body} if body else {}
        client = self.app.test_client(use_cookies=False)
        if chunked:
            more["environ_overrides"] = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        got = client.open(path, method=method, headers=headers or {}, buffered=True, **more)
        return Answer(got.status_code, got.data, {key.lower(): value for key, value in got.headers.items()})


class StarletteClient:
    """Asks the shop on Starlette."""

    def __init__(self, layered: bool = False) -> None:
        self.app = starlette_shop(layered)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        got = ask(self.app, path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, got.headers)
