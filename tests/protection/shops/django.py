"""The shop on Django: WSGI and ASGI, with and without middleware."""

from __future__ import annotations

from typing import Any

from tests.integrations import asgi_client, django_site, wsgi_client
from tests.protection.shop import Answer, Client, loaded, ran, search, swallowing

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse  # isort: skip  # once it is set up
from django.urls import path  # isort: skip


def page(request: Any) -> HttpResponse:
    """Any method."""
    ran.append("page")
    return HttpResponse("page")


def rest(request: Any, rest: str) -> HttpResponse:
    """A path parameter."""
    ran.append("path")
    return HttpResponse(rest)


def searched(request: Any) -> HttpResponse:
    """Can be injected into."""
    try:
        return JsonResponse({"rows": search(request.GET["name"])}, json_dumps_params={"separators": (",", ":")})
    except Exception as error:
        return HttpResponse(repr(error), status=500)


def swallowed(request: Any) -> HttpResponse:
    """Swallows whatever is raised."""
    return JsonResponse({"rows": swallowing(request.GET["name"])})


def changed(request: Any) -> HttpResponse:
    """Raises another exception instead."""
    try:
        return JsonResponse({"rows": search(request.GET["name"])})
    except BaseException as error:
        raise LookupError("mine") from error


def streamed(request: Any) -> StreamingHttpResponse:
    """A statement in the middle of a stream."""

    def pieces() -> Any:
        if "begin" in request.GET:
            yield "begun"
        search(request.GET["name"])
        yield "ended"

    return StreamingHttpResponse(pieces())


def body(request: Any, how: str) -> HttpResponse:
    """Reads."""
    ran.append("body")
    got: Any = None
    if how == "form":
        got = {**request.POST.dict(), **{name: file.name for name, file in request.FILES.items()}}
    elif how == "part":
        got = request.read(10).decode()
    elif how != "ignored":
        text = request.body.decode("utf-8", "replace")
        got = loaded(request.body) if how == "json" else [text, loaded(request.body)] if how == "twice" else text
    ran.append("read")
    return JsonResponse({"got": got})


def passing(get_response: Any) -> Any:
    """A middleware."""

    def passed(request: Any) -> Any:
        ran.append("reached")
        return get_response(request)

    return passed


PATTERNS = [
    path("page", page),
    path("path/<path:rest>", rest),
    path("search", searched),
    path("swallow", swallowed),
    path("changed", changed),
    path("streamed", streamed),
    path("body/<str:how>", body),
]


class DjangoClient(Client):
    """Asks the shop on Django, through WSGI."""

    integration = "django"
    path_route = "path/<path:rest>"

    def __init__(self, layered: bool = False) -> None:
        self.middleware = [*django_site.MIDDLEWARE, f"{__name__}.passing"] if layered else []
        with self.site():
            self.app = self.made()

    def site(self) -> Any:
        """The shop, for as long as the context lasts."""
        return django_site.site(PATTERNS, self.middleware)

    def made(self) -> Any:
        """The handler."""
        return django_site.wsgi()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        # Behind servers that decode chunks Django understands a length only.
        whole = body if isinstance(body, bytes) else b"".join(body)
        with self.site():
            got = wsgi_client.ask(self.app, path, method, headers=headers, body=whole)
        return Answer(got.status, got.body, got.headers)

    def route(self, path: str) -> str:
        """Django's routes begin without a slash."""
        return path[1:]


class AsyncDjangoClient(DjangoClient):
    """Through ASGI: the body is read before the view is found."""

    begins_streams_at_once = True
    tells_of_parts = True
    reads_ignored = True

    def made(self) -> Any:
        """The handler."""
        return django_site.asgi()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        with self.site():
            got = asgi_client.ask(self.app, path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, {name.lower(): value for name, value in got.headers.items()})


CLIENTS = {
    "django": DjangoClient,
    "django layered": lambda: DjangoClient(layered=True),
    "django asgi": AsyncDjangoClient,
    "django asgi layered": lambda: AsyncDjangoClient(layered=True),
}
