"""The shop on CherryPy."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import cherrypy

from tests.integrations import wsgi_client
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


class Shop:
    """The page handlers."""

    @cherrypy.expose
    def page(self, **_: str) -> bytes:
        """A page."""
        ran.append("page")
        return b"page"

    @cherrypy.expose
    def path(self, *rest: str) -> bytes:
        """The rest."""
        ran.append("path")
        return "/".join(rest).encode()

    @cherrypy.expose
    def search(self, name: str) -> Any:
        """What is found."""
        try:
            return json.dumps({"rows": search(name)}).encode()
        except Exception as error:
            cherrypy.response.status = 500
            return repr(error).encode()

    @cherrypy.expose
    def swallow(self, name: str) -> Any:
        """What is found, or not."""
        return json.dumps({"rows": swallowing(name)}).encode()

    @cherrypy.expose
    def changed(self, name: str) -> Any:
        """Raises something else."""
        try:
            return json.dumps({"rows": search(name)}).encode()
        except BaseException as error:
            raise LookupError("mine") from error

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self, name: str, begin: str = "") -> Any:
        """Searches in the stream."""

        def pieces() -> Any:
            if begin:
                yield b"begun"
            search(name)
            yield b"ended"

        return pieces()


class Body:
    """Reads by itself, but for forms."""

    _cp_config: ClassVar = {"request.methods_with_bodies": ()}

    @cherrypy.expose
    def default(self, how: str) -> Any:
        """What was read."""
        ran.append("body")
        got: Any = None
        if how == "part":
            got = cherrypy.request.rfile.read(10).decode()
        elif how != "ignored":
            data = cherrypy.request.rfile.read()
            text = data.decode("utf-8", "replace")
            got = {"json": loaded(data), "twice": [text, loaded(data)]}.get(how, text)
        ran.append("read")
        return json.dumps({"got": got}).encode()

    @cherrypy.expose
    @cherrypy.config(**{"request.methods_with_bodies": ("POST",)})
    def form(self, **fields: Any) -> Any:
        """The fields."""
        ran.append("read")
        return json.dumps({"got": {name: getattr(field, "filename", field) for name, field in fields.items()}}).encode()


def passing() -> None:
    """A tool."""
    ran.append("reached")


def shop(layered: bool = False) -> Any:
    """On CherryPy, perhaps with a tool."""
    root = Shop()
    root.body = Body()  # type: ignore[attr-defined]
    config: dict[str, Any] = {"request.query_string_encoding": "latin-1", "request.show_tracebacks": False}
    if layered:
        cherrypy.tools.passing = cherrypy.Tool("before_request_body", passing)
        config["tools.passing.on"] = True
    return cherrypy.Application(root, "", {"/": config})


class CherryPyClient(Client):
    """Asks the shop on CherryPy."""

    integration = "cherrypy"
    path_route = "/path/*"
    reads_ignored = True

    def __init__(self, layered: bool = False) -> None:
        cherrypy.log.screen = False
        self.app = shop(layered)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        got = wsgi_client.ask(self.app, path, method, headers=headers, body=body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"cherrypy": CherryPyClient, "cherrypy layered": lambda: CherryPyClient(layered=True)}
