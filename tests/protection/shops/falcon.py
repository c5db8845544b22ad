"""The shop on Falcon, WSGI and ASGI."""

from __future__ import annotations

import json
from typing import Any

import falcon
import falcon.asgi

from tests.integrations import wsgi_client
from tests.integrations.asgi_client import ask
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


class Page:
    """Answers."""

    def on_get(self, request: Any, response: Any) -> None:
        """A page."""
        ran.append("page")
        response.text = "page"

    on_post = on_head = on_get


class Path:
    """Answers with the rest."""

    def on_get(self, request: Any, response: Any, rest: str) -> None:
        """The rest."""
        ran.append("path")
        response.text = rest


class Search:
    """Searches."""

    def on_get(self, request: Any, response: Any) -> None:
        """What is found."""
        try:
            response.media = {"rows": search(request.get_param("name"))}
        except Exception as error:
            response.status, response.text = falcon.HTTP_500, repr(error)


class Swallow:
    """Searches, and swallows."""

    def on_get(self, request: Any, response: Any) -> None:
        """What is found."""
        response.media = {"rows": swallowing(request.get_param("name"))}


class Changed:
    """Searches, and raises something else."""

    def on_get(self, request: Any, response: Any) -> None:
        """What is found."""
        try:
            response.media = {"rows": search(request.get_param("name"))}
        except BaseException as error:
            raise LookupError("mine") from error


class Streamed:
    """Searches in the stream."""

    def on_get(self, request: Any, response: Any) -> None:
        """Pieces."""

        def pieces() -> Any:
            if begins:
                yield b"begun"
            search(name)
            yield b"ended"

        name, begins = request.get_param("name"), "begin" in request.query_string
        response.stream = pieces()


class Body:
    """Reads."""

    def on_post(self, request: Any, response: Any, how: str) -> None:
        """What was read."""
        ran.append("body")
        response.text = json.dumps({"got": self.got(request, how)})
        ran.append("read")

    def got(self, request: Any, how: str) -> Any:
        """By its kind."""
        if how == "ignored":
            return None
        if how == "part":
            return request.stream.read(10).decode()
        if how == "form" and "multipart" in (request.content_type or ""):
            return {part.name: part.filename or part.text for part in request.get_media()}
        if how == "form":
            return request.get_media()
        return content(request.stream.read(), how)


def content(data: bytes, how: str) -> Any:
    """Of JSON, or text."""
    text = data.decode("utf-8", "replace")
    return {"json": loaded(data), "twice": [text, loaded(data)]}.get(how, text)


RESOURCES = {
    "/page": Page,
    "/path/{rest:path}": Path,
    "/search": Search,
    "/swallow": Swallow,
    "/changed": Changed,
    "/streamed": Streamed,
    "/body/{how}": Body,
}


class Passing:
    """A middleware."""

    def process_request(self, request: Any, response: Any) -> None:
        """Notes the request."""
        ran.append("reached")


def shop(layered: bool = False) -> falcon.App:
    """On Falcon, perhaps with a middleware."""
    app = falcon.App(middleware=[Passing()] if layered else [])
    for template, resource in RESOURCES.items():
        app.add_route(template, resource())
    return app


def asynchronous(resource: Any) -> Any:
    """The same resource for ASGI."""

    class Asynchronous(resource):  # type: ignore[misc]
        pass

    Asynchronous.__qualname__ = resource.__qualname__
    for name in ("on_get", "on_post", "on_head"):
        responder = getattr(resource, name, None)
        if responder is not None:
            setattr(Asynchronous, name, _asynchronous(responder))
    return Asynchronous()


def _asynchronous(responder: Any) -> Any:
    async def respond(self: Any, request: Any, response: Any, **params: str) -> None:
        responder(self, request, response, **params)
        if response.stream is not None:
            response.stream = _pieces(response.stream)

    return respond


async def _pieces(source: Any) -> Any:
    for piece in source:
        yield piece


class AsynchronousBody:
    """Reads."""

    async def on_post(self, request: Any, response: Any, how: str) -> None:
        """What was read."""
        ran.append("body")
        response.text = json.dumps({"got": await self.got(request, how)})
        ran.append("read")

    async def got(self, request: Any, how: str) -> Any:
        """By its kind."""
        if how == "ignored":
            return None
        if how == "part":
            return (await request.stream.read(10)).decode()
        if how == "form" and "multipart" in (request.content_type or ""):
            return {part.name: part.filename or await part.text async for part in await request.get_media()}
        if how == "form":
            return await request.get_media()
        return content(await request.stream.read(), how)


def asynchronous_shop() -> falcon.asgi.App:
    """On Falcon's ASGI application."""
    app = falcon.asgi.App()
    for template, resource in RESOURCES.items():
        app.add_route(template, AsynchronousBody() if resource is Body else asynchronous(resource))
    return app


class FalconClient(Client):
    """Asks the shop on Falcon."""

    integration = "falcon"
    path_route = "/path/{rest:path}"

    def __init__(self, layered: bool = False) -> None:
        self.app = shop(layered)

    def resource(self, path: str) -> str:
        """Named by the resource's class."""
        return f"GET {__name__}.{RESOURCES[path].__qualname__}"

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if path == "/body/form" and not isinstance(body, bytes):
            body = b"".join(body)  # without a length Falcon has no forms
        got = wsgi_client.ask(self.app, path, method, headers=headers, body=body)
        return Answer(got.status, got.body, got.headers)


class AsynchronousClient(FalconClient):
    """Asks the shop on Falcon's ASGI application."""

    begins_streams_at_once = True
    tells_of_parts = True
    reads_ignored = True

    def __init__(self) -> None:
        self.app = asynchronous_shop()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        got = ask(self.app, path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {
    "falcon": FalconClient,
    "falcon layered": lambda: FalconClient(layered=True),
    "falcon asgi": AsynchronousClient,
}
