"""The shop on Sanic: on its own server, with a middleware, and under ASGI."""

from __future__ import annotations

import json as builtin_json
import logging
from itertools import count
from typing import Any

from sanic import Sanic, response

from tests.integrations.asgi_client import ask
from tests.integrations.loops import sanicked
from tests.protection.served_client import ServedClient
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing

logging.getLogger("sanic.error").setLevel(logging.CRITICAL)
_NUMBERS = count()
Sanic.test_mode = True  # more than one server in a process


def _json(data: Any, status: int = 200) -> Any:
    text = builtin_json.dumps(data, separators=(",", ":"))
    return response.text(text, status, content_type="application/json")


def shop(layered: bool = False) -> Sanic:
    """On Sanic."""
    app = Sanic(f"shop-{next(_NUMBERS)}")
    app.config.REQUEST_MAX_HEADER_SIZE = 200_000

    if layered:

        @app.middleware("request")
        async def reached(request: Any) -> None:
            ran.append("reached")

    @app.route("/page", methods=["GET", "POST", "HEAD"])
    async def page(request: Any) -> Any:
        ran.append("page")
        return response.text("page")

    @app.route("/path/<rest:path>")
    async def path(request: Any, rest: str) -> Any:
        ran.append("path")
        return response.text(rest)

    @app.route("/search")
    async def searched(request: Any) -> Any:
        try:
            return _json({"rows": search(request.args["name"][0])})
        except Exception as error:
            return response.text(repr(error), 500)

    @app.route("/swallow")
    async def swallowed(request: Any) -> Any:
        return _json({"rows": swallowing(request.args["name"][0])})

    @app.route("/changed")
    async def changed(request: Any) -> Any:
        try:
            return _json({"rows": search(request.args["name"][0])})
        except BaseException as error:
            raise LookupError("mine") from error

    @app.route("/streamed")
    async def streamed(request: Any) -> Any:
        sent = await request.respond(content_type="text/plain")
        if "begin" in request.args:
            await sent.send("begun")
        search(request.args["name"][0])
        await sent.send("ended")

    @app.route("/body/<how>", methods=["POST"])
    async def body(request: Any, how: str) -> Any:
        ran.append("body")
        got: Any = None
        data = request.body
        if how == "form":
            got = {name: request.form.get(name) for name in request.form}
            got.update({name: files[0].name for name, files in request.files.items()})
        elif how == "part":
            got = data[:10].decode()
        elif how != "ignored":
            got = data.decode("utf-8", "replace")
            if how in ("json", "twice"):
                got = [got, loaded(data)] if how == "twice" else loaded(data)
        ran.append("read")
        return _json({"got": got})

    return app


class SanicClient(ServedClient):
    """Asks the shop on Sanic's own server."""

    integration = "sanic"
    path_route = "/path/<rest>"
    own_refusals = (413,)
    reads_ignored = True
    tells_of_parts = True

    def __init__(self, layered: bool = False) -> None:
        self.serve(sanicked(shop(layered)))


class AsgiClient(Client):
    """Asks the shop on Sanic under ASGI."""

    integration = "sanic"
    path_route = "/path/<rest>"
    own_refusals = (413,)
    reads_ignored = True
    tells_of_parts = True

    def __init__(self) -> None:
        self.app = shop()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        got = ask(_started(self.app), path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, got.headers)


def _started(app: Sanic) -> Any:
    """The application within a loop in which it was started, as servers do it."""

    async def served(scope: Any, receive: Any, send: Any) -> None:
        steps = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def step() -> Any:
            return steps.pop(0)

        async def told(message: Any) -> None:
            assert "failed" not in message["type"], message

        if not getattr(app, "started_before", False):
            await app({"type": "lifespan"}, step, told)
        await app(scope, receive, send)

    return served


CLIENTS = {"sanic": SanicClient, "sanic layered": lambda: SanicClient(layered=True)}
