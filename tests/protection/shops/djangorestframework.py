"""The shop on Django REST framework: bodies are read by its parsers, errors answered by its handler."""

from __future__ import annotations

from typing import Any

from tests.integrations import django_site
from tests.protection.shop import loaded, ran, search, swallowing
from tests.protection.shops.django import DjangoClient

from django.http import HttpResponse, StreamingHttpResponse  # isort: skip  # once it is set up
from django.urls import path  # isort: skip
from rest_framework import exceptions  # isort: skip
from rest_framework.renderers import JSONRenderer  # isort: skip
from rest_framework.response import Response  # isort: skip
from rest_framework.views import APIView  # isort: skip

REST = {"UNAUTHENTICATED_USER": None}


class Escaping(JSONRenderer):  # type: ignore[misc]
    """Answers half surrogates too."""

    ensure_ascii = True


class View(APIView):  # type: ignore[misc]
    """Without accounts."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (Escaping,)


class Page(View):
    """Any method."""

    def get(self, request: Any) -> HttpResponse:
        """Notes that it ran."""
        ran.append("page")
        return HttpResponse("page")

    post = head = get


class Rest(View):
    """A path parameter."""

    def get(self, request: Any, rest: str) -> HttpResponse:
        """Answers it."""
        ran.append("path")
        return HttpResponse(rest)


class Search(View):
    """Can be injected into."""

    def get(self, request: Any) -> Any:
        """What was found."""
        try:
            return Response({"rows": search(request.query_params["name"])})
        except Exception as error:
            return HttpResponse(repr(error), status=500)


class Swallow(View):
    """Swallows whatever is raised."""

    def get(self, request: Any) -> Any:
        """What was found, or that something was raised."""
        return Response({"rows": swallowing(request.query_params["name"])})


class Changed(View):
    """Raises another exception instead."""

    def get(self, request: Any) -> Any:
        """What was found."""
        try:
            return Response({"rows": search(request.query_params["name"])})
        except BaseException as error:
            raise LookupError("mine") from error


class Streamed(View):
    """A statement in the middle of a stream."""

    def get(self, request: Any) -> Any:
        """The stream."""

        def pieces() -> Any:
            if "begin" in request.query_params:
                yield "begun"
            search(request.query_params["name"])
            yield "ended"

        return StreamingHttpResponse(pieces())


class Body(View):
    """Reads."""

    def post(self, request: Any, how: str) -> Any:
        """What was read."""
        ran.append("body")
        got = READ[how](request) if how in READ else text(request)
        ran.append("read")
        return Response({"got": got})


def text(request: Any) -> str:
    """The body as it came."""
    return str(request.body.decode("utf-8", "replace"))


def parsed(request: Any) -> Any:
    """What the framework's parser makes of it, where it has one for its type, else JSON's; None if these can't."""
    try:
        return request.data
    except exceptions.UnsupportedMediaType:
        return loaded(request.body)
    except (exceptions.ParseError, RecursionError):
        return None


def fields(request: Any) -> dict[str, Any]:
    """Of a form."""
    return {name: getattr(value, "name", value) for name, value in request.data.items()}


READ = {
    "json": parsed,
    "form": fields,
    "twice": lambda request: [text(request), parsed(request)],
    "part": lambda request: request.read(10).decode(),
    "ignored": lambda request: None,
}

PATTERNS = [
    path("page", Page.as_view()),
    path("path/<path:rest>", Rest.as_view()),
    path("search", Search.as_view()),
    path("swallow", Swallow.as_view()),
    path("changed", Changed.as_view()),
    path("streamed", Streamed.as_view()),
    path("body/<str:how>", Body.as_view()),
]


class RestClient(DjangoClient):
    """Asks the shop on Django REST framework, through WSGI."""

    own_refusals = (400,)

    def site(self) -> Any:
        """The shop, for as long as the context lasts."""
        return django_site.site(PATTERNS, self.middleware, REST_FRAMEWORK=REST)


CLIENTS = {"djangorestframework": RestClient}
