"""The shop on Bottle."""

from __future__ import annotations

import json
from typing import Any

from bottle import Bottle, HTTPResponse, request

from tests.integrations import wsgi_client
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


def shop(layered: bool = False) -> Bottle:
    """On Bottle, perhaps with a plugin."""
    app = Bottle()

    @app.route("/page", ["GET", "POST", "HEAD"])
    def page() -> str:
        ran.append("page")
        return "page"

    @app.route("/path/<rest:path>")
    def path(rest: str) -> str:
        ran.append("path")
        return rest

    @app.route("/search")
    def searched() -> Any:
        try:
            return {"rows": search(request.query["name"])}
        except Exception as error:
            return HTTPResponse(repr(error), 500)

    @app.route("/swallow")
    def swallowed() -> Any:
        return {"rows": swallowing(request.query["name"])}

    @app.route("/changed")
    def changed() -> Any:
        try:
            return {"rows": search(request.query["name"])}
        except BaseException as error:
            raise LookupError("mine") from error

    @app.route("/streamed")
    def streamed() -> Any:
        name, begins = request.query["name"], "begin" in request.query

        def pieces() -> Any:
            if begins:
                yield "begun"
            search(name)
            yield "ended"

        return pieces()

    app.route("/body/<how>", "POST", body)
    if layered:
        app.install(passing)
    return app


def body(how: str) -> Any:
    """Reads."""
    ran.append("body")
    got: Any = None
    if how == "form":
        got = {**request.forms, **{name: file.raw_filename for name, file in request.files.items()}}
    elif how == "part":
        got = request.environ["wsgi.input"].read(10).decode()
    elif how != "ignored":
        data = request.body.read()
        got = data.decode("utf-8", "replace")
        if how in ("json", "twice"):
            got = [got, loaded(data)] if how == "twice" else loaded(data)
    ran.append("read")
    return HTTPResponse(json.dumps({"got": got}), content_type="application/json")


def passing(callback: Any) -> Any:
    """A plugin that goes around every route."""

    def passed(*args: Any, **kwargs: Any) -> Any:
        ran.append("reached")
        return callback(*args, **kwargs)

    return passed


class BottleClient(Client):
    """Asks the shop on Bottle."""

    integration = "bottle"
    path_route = "/path/<rest:path>"

    def __init__(self, layered: bool = False) -> None:
        self.app = shop(layered)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        # Behind servers that decode chunks Bottle understands a length only.
        whole = body if isinstance(body, bytes) else b"".join(body)
        got = wsgi_client.ask(self.app, path, method, headers=headers, body=whole)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"bottle": BottleClient, "bottle layered": lambda: BottleClient(layered=True)}
