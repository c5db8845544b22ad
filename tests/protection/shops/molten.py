"""The shop on Molten, which reads the annotations of handlers: they are no strings here."""

import json
from typing import Any

from molten import (
    HTTP_200,
    HTTP_500,
    App,
    MultiPartParser,
    Request,
    RequestInput,
    Response,
    Route,
    StreamingResponse,
    URLEncodingParser,
)

from tests.integrations import wsgi_client
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing


def page() -> Response:
    """A page."""
    ran.append("page")
    return Response(HTTP_200, content="page")


def path(rest: str) -> Response:
    """The rest."""
    ran.append("path")
    return Response(HTTP_200, content=rest)


def _named(request: Request) -> str:
    return request.params["name"]


def searched(request: Request) -> Response:
    """What is found."""
    try:
        return _json({"rows": search(_named(request))})
    except Exception as error:
        return Response(HTTP_500, content=repr(error))


def swallowed(request: Request) -> Response:
    """What is found, or not."""
    return _json({"rows": swallowing(_named(request))})


def changed(request: Request) -> Response:
    """Raises something else."""
    try:
        return _json({"rows": search(_named(request))})
    except BaseException as error:
        raise LookupError("mine") from error


def streamed(request: Request) -> Response:
    """Searches in the stream."""
    name, begins = _named(request), "begin" in request.params

    def pieces() -> Any:
        if begins:
            yield b"begun"
        search(name)
        yield b"ended"

    return StreamingResponse(HTTP_200, pieces())


def body(how: str, request: Request) -> Response:
    """What was read."""
    ran.append("body")
    got: Any = None
    if how == "part":
        got = request.body_file.read(10).decode()
    elif how == "form":
        got = {name: getattr(value, "filename", value) for name, value in form(request)}
    elif how != "ignored":
        data = request.body_file.read()
        text = data.decode("utf-8", "replace")
        got = {"json": loaded(data), "twice": [text, loaded(data)]}.get(how, text)
    ran.append("read")
    return _json({"got": got})


def form(request: Request) -> Any:
    """The fields, by the parser for their kind."""
    parsers = (URLEncodingParser(), MultiPartParser())
    kind = request.headers.get("content-type", "")
    parser = next(parser for parser in parsers if parser.can_parse_content(kind))
    length = request.headers.get("content-length", "")
    if isinstance(parser, MultiPartParser):
        return parser.parse(kind, length, RequestInput(request.body_file))
    return parser.parse(request.body_file.read())


def _json(content: Any) -> Response:
    return Response(HTTP_200, content=json.dumps(content), headers={"content-type": "application/json"})


class Passing:
    """A middleware."""

    def __call__(self, handler: Any) -> Any:
        """Around the handler."""

        def passed() -> Any:
            ran.append("reached")
            return handler()

        return passed


def shop(layered: bool = False) -> App:
    """On Molten, perhaps with a middleware."""
    routes = [
        Route("/page", page),
        Route("/page", page, method="POST", name="posted"),
        Route("/page", page, method="HEAD", name="head"),
        Route("/path/{*rest}", path),
        Route("/search", searched),
        Route("/swallow", swallowed),
        Route("/changed", changed),
        Route("/streamed", streamed),
        Route("/body/{how}", body, method="POST"),
    ]
    return App(routes=routes, middleware=[Passing()] if layered else [])


class MoltenClient(Client):
    """Asks the shop on Molten."""

    integration = "molten"
    path_route = "/path/{*rest}"
    gathers_streams = True

    def __init__(self, layered: bool = False) -> None:
        self.app = shop(layered)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if path == "/body/form" and not isinstance(body, bytes):
            body = b"".join(body)  # its parser wants a length
        got = wsgi_client.ask(self.app, path, method, headers=headers, body=body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"molten": MoltenClient, "molten layered": lambda: MoltenClient(layered=True)}
