"""The shop on aiohttp's own server, plain and with a middleware."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.integrations.loops import aiohttped
from tests.protection.served_client import ServedClient
from tests.protection.shop import loaded, ran, search, swallowing


def _json(data: Any) -> web.Response:
    return web.Response(text=json.dumps(data, separators=(",", ":")), content_type="application/json")


async def _page(request: web.Request) -> web.Response:
    ran.append("page")
    return web.Response(text="page")


async def _path(request: web.Request) -> web.Response:
    ran.append("path")
    return web.Response(text=request.match_info["rest"])


async def _search(request: web.Request) -> web.Response:
    try:
        return _json({"rows": search(request.query["name"])})
    except Exception as error:
        return web.Response(text=repr(error), status=500)


async def _swallow(request: web.Request) -> web.Response:
    return _json({"rows": swallowing(request.query["name"])})


async def _changed(request: web.Request) -> web.Response:
    try:
        return _json({"rows": search(request.query["name"])})
    except BaseException as error:
        raise LookupError("mine") from error


async def _streamed(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    if "begin" in request.query:
        await response.prepare(request)
        await response.write(b"begun")
    search(request.query["name"])
    await response.prepare(request)
    await response.write(b"ended")
    return response


async def _body(request: web.Request) -> web.Response:
    how = request.match_info["how"]
    ran.append("body")
    got: Any = None
    if how == "form":
        got = {key: getattr(value, "filename", value) for key, value in (await request.post()).items()}
    elif how == "part":
        got = (await request.content.read(10)).decode()
    elif how != "ignored":
        data = await request.read()
        got = data.decode("utf-8", "replace")
        if how in ("json", "twice"):
            got = [got, loaded(await request.read())] if how == "twice" else loaded(data)
    ran.append("read")
    return _json({"got": got})


@web.middleware
async def _reached(request: web.Request, handler: Any) -> Any:
    ran.append("reached")
    return await handler(request)


def shop(layered: bool = False) -> web.Application:
    """On aiohttp."""
    app = web.Application(middlewares=[_reached] if layered else [])
    app.router.add_get("/page", _page)
    app.router.add_post("/page", _page)
    app.router.add_get("/path/{rest:.*}", _path)
    app.router.add_get("/search", _search)
    app.router.add_get("/swallow", _swallow)
    app.router.add_get("/changed", _changed)
    app.router.add_get("/streamed", _streamed)
    app.router.add_post("/body/{how}", _body)
    return app


class AiohttpClient(ServedClient):
    """Asks the shop on aiohttp."""

    integration = "aiohttp"
    path_route = "/path/{rest}"

    def __init__(self, layered: bool = False) -> None:
        self.serve(aiohttped(shop(layered), max_line_size=100_000))


CLIENTS = {"aiohttp": AiohttpClient, "aiohttp layered": lambda: AiohttpClient(layered=True)}
