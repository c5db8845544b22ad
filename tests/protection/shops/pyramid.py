"""The shop on Pyramid."""

from __future__ import annotations

import json
from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response

from tests.integrations import wsgi_client
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


def page(request: Any) -> Response:
    """A page."""
    ran.append("page")
    return Response("page")


def path(request: Any) -> Response:
    """The rest."""
    ran.append("path")
    return Response("/".join(request.matchdict["rest"]))


def searched(request: Any) -> Response:
    """What is found."""
    try:
        return Response(json_body={"rows": search(request.params["name"])})
    except Exception as error:
        return Response(repr(error), status=500)


def swallowed(request: Any) -> Response:
    """What is found, or not."""
    return Response(json_body={"rows": swallowing(request.params["name"])})


def changed(request: Any) -> Response:
    """Raises something else."""
    try:
        return Response(json_body={"rows": search(request.params["name"])})
    except BaseException as error:
        raise LookupError("mine") from error


def streamed(request: Any) -> Response:
    """Searches in the stream."""
    name, begins = request.params["name"], "begin" in request.params

    def pieces() -> Any:
        if begins:
            yield b"begun"
        search(name)
        yield b"ended"

    return Response(app_iter=pieces())


def body(request: Any) -> Response:
    """What was read."""
    ran.append("body")
    how = request.matchdict["how"]
    got: Any = None
    if how == "form":
        got = {name: getattr(value, "filename", value) for name, value in request.POST.items()}
    elif how == "part":
        got = request.body_file_raw.read(10).decode()
    elif how != "ignored":
        text = request.body.decode("utf-8", "replace")
        got = {"json": loaded(request.body), "twice": [text, loaded(request.body)]}.get(how, text)
    ran.append("read")
    return Response(json.dumps({"got": got}).encode(), content_type="application/json")


def passing(handler: Any, registry: Any) -> Any:
    """A tween."""

    def passed(request: Any) -> Any:
        ran.append("reached")
        return handler(request)

    return passed


VIEWS = {
    "/page": page,
    "/path/*rest": path,
    "/search": searched,
    "/swallow": swallowed,
    "/changed": changed,
    "/streamed": streamed,
    "/body/{how}": body,
}


def shop(layered: bool = False) -> Any:
    """On Pyramid, perhaps with a tween."""
    config = Configurator()
    for pattern, view in VIEWS.items():
        config.add_route(view.__name__, pattern)
        config.add_view(view, route_name=view.__name__)
    if layered:
        config.add_tween(f"{__name__}.passing")
    return config.make_wsgi_app()


class PyramidClient(Client):
    """Asks the shop on Pyramid."""

    integration = "pyramid"
    path_route = "/path/*rest"

    def __init__(self, layered: bool = False) -> None:
        self.app = shop(layered)

    def resource(self, path: str) -> str:
        """Named by the route's name."""
        return f"GET {VIEWS[path].__name__}"

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        got = wsgi_client.ask(self.app, path, method, headers=headers, body=body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"pyramid": PyramidClient, "pyramid layered": lambda: PyramidClient(layered=True)}
