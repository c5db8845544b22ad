"""The shop on Tornado: handlers that are native coroutines, and generators."""

from __future__ import annotations

import json
from typing import Any

from tornado import gen, web

from tests.integrations.loops import tornadoed
from tests.protection.served_client import ServedClient
from tests.protection.shop import loaded, ran, search, swallowing


class Handler(web.RequestHandler):
    """Answers JSON as the other shops do."""

    def json(self, data: Any) -> None:
        """Ends the request with it."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(data, separators=(",", ":")))

    def log_exception(self, *_: Any) -> None:
        """Nothing: it is expected."""


class Page(Handler):
    async def get(self) -> None:
        ran.append("page")
        self.finish("page")

    post = head = get


class Path(Handler):
    async def get(self, rest: str) -> None:
        ran.append("path")
        self.finish(rest)


class Search(Handler):
    async def get(self) -> None:
        try:
            self.json({"rows": search(self.get_argument("name", strip=False))})
        except Exception as error:
            self.set_status(500)
            self.finish(repr(error))


class SearchGenerated(Handler):
    @gen.coroutine
    def get(self) -> Any:
        yield gen.sleep(0)
        rows = yield self.found()
        self.json({"rows": rows})

    @gen.coroutine
    def found(self) -> Any:
        yield gen.sleep(0)
        raise gen.Return(search(self.get_argument("name", strip=False)))


class Swallow(Handler):
    async def get(self) -> None:
        self.json({"rows": swallowing(self.get_argument("name"))})


class Changed(Handler):
    async def get(self) -> None:
        try:
            self.json({"rows": search(self.get_argument("name"))})
        except BaseException as error:
            raise LookupError("mine") from error


class Streamed(Handler):
    async def get(self) -> None:
        if self.get_argument("begin", ""):
            self.write("begun")
            await self.flush()
        search(self.get_argument("name"))
        self.write("ended")


class Body(Handler):
    async def post(self, how: str) -> None:
        ran.append("body")
        got: Any = None
        data = self.request.body
        if how == "form":
            got = {name: self.get_body_argument(name) for name in self.request.body_arguments}
            got.update({name: files[0].filename for name, files in self.request.files.items()})
        elif how == "part":
            got = data[:10].decode()
        elif how != "ignored":
            got = data.decode("utf-8", "replace")
            if how in ("json", "twice"):
                got = [got, loaded(data)] if how == "twice" else loaded(data)
        ran.append("read")
        self.json({"got": got})


def shop(generators: bool = False) -> web.Application:
    """On Tornado."""
    return web.Application(
        [
            (r"/page", Page),
            (r"/path/(.*)", Path),
            (r"/search", SearchGenerated if generators else Search),
            (r"/swallow", Swallow),
            (r"/changed", Changed),
            (r"/streamed", Streamed),
            (r"/body/(.*)", Body),
        ],
        log_function=lambda _: None,
    )


class TornadoClient(ServedClient):
    """Asks the shop on Tornado."""

    integration = "tornado"
    path_route = "/path/(.*)"
    own_refusals = (400,)
    reads_ignored = True
    tells_of_parts = True

    def __init__(self, generators: bool = False) -> None:
        self.generators = generators
        self.serve(tornadoed(shop(generators), max_header_size=200_000))

    def resource(self, path: str) -> str:
        name = path.strip("/").capitalize()
        return f"tests.protection.shops.tornado.{name}" + ("Generated" * (name == "Search" and self.generators))


CLIENTS = {"tornado": TornadoClient, "tornado generators": lambda: TornadoClient(generators=True)}
