"""Pyramid: a span per request with the name of its route; traversal; exception views; renderers."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

pytest.importorskip("pyramid")
pytest.importorskip("pyramid.router")

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict
from pyramid.response import Response
from pyramid.router import Router


def user(request: Any) -> Response:
    return Response(shown(request.matchdict["number"], request.body))


def broken(request: Any) -> Response:
    raise LookupError("mine")


def refused(request: Any) -> Response:
    raise HTTPConflict("no")


VIEWS = {
    "/users/{number}": user,
    "/work": lambda request: Response(work()),
    "/broken": broken,
    "/refused": refused,
    "/stream": lambda request: Response(app_iter=pieces()),
    "/half": lambda request: Response(app_iter=half()),
}


@pytest.fixture
def config() -> Any:
    made = Configurator()
    for pattern, view in VIEWS.items():
        name = pattern.split("/")[1]
        made.add_route(name, pattern)
        made.add_view(view, route_name=name, **({"request_method": ("GET", "POST")} if view is user else {}))
    return made


@pytest.fixture
def app(config: Any) -> Any:
    return config.make_wsgi_app()


class TestPyramid(WSGIFramework):
    name = "pyramid"
    route = "/users/{number}"
    resource = "users"
    work = "work"
    broken = "broken"
    attributes = {"pyramid.route.name": "users"}  # noqa: RUF012
    handles_errors = False
    not_allowed = "DELETE users"
    not_allowed_status = 404


class Folder(dict):  # type: ignore[type-arg]
    pass


def test_traversal_is_named_by_context_and_view(spans: Spans) -> None:
    config = Configurator(root_factory=lambda request: Folder(inner=Folder()))
    config.add_view(lambda context, request: Response("folder"), context=Folder)
    config.add_view(lambda context, request: Response("edit"), context=Folder, name="edit")
    app = config.make_wsgi_app()
    assert [ask(app, path).body for path in ("/inner", "/inner/edit", "/")] == [b"folder", b"edit", b"folder"]
    assert ask(app, "/inner/other").status == 404
    named = [(span["resource"], span["attributes"].get("http.route")) for span in spans()]
    context = f"{__name__}.Folder"
    assert named == [
        (f"GET {context}", "*traverse/"),
        (f"GET {context} edit", "*traverse/edit"),
        (f"GET {context}", "*traverse/"),
        ("GET 404", None),
    ]


def test_exception_views(config: Any, spans: Spans) -> None:
    def failed(error: Exception, request: Any) -> Response:
        return Response("sorry", status=503)

    def handled(error: Exception, request: Any) -> Response:
        return Response("gone", status=410)

    config.add_view(failed, context=LookupError)
    config.add_view(handled, context=KeyError)
    config.add_route("key", "/key")
    config.add_view(lambda request: {}["key"], route_name="key")
    app = config.make_wsgi_app()
    assert (ask(app, "/broken").status, ask(app, "/key").status) == (503, 410)
    broken, key = spans()
    assert (broken["failure"], broken["resource"]) == (("LookupError", "mine"), "GET broken")
    assert "error" not in key


def test_renderers(config: Any, declared_again: Any, spans: Spans) -> None:
    config.add_renderer(".txt", lambda info: lambda value, system: str(value["x"]))
    for name, renderer in (("page", "page.txt"), ("data", "json")):
        config.add_route(name, f"/{name}")
        config.add_view(lambda request: {"x": 1}, route_name=name, renderer=renderer)
    app = config.make_wsgi_app()
    assert (ask(app, "/page").body, ask(app, "/data").body) == (b"1", b'{"x": 1}')
    names = [(span["name"], span["resource"], span["type"]) for span in spans()]
    assert names == [
        ("pyramid.request", "GET page", "web"),
        ("pyramid.render", "page.txt", "template"),
        ("pyramid.request", "GET data", "web"),
    ]
    with declared_again("pyramid", full=True):
        ask(app, "/data")
    assert ("pyramid.render", "json") in [(span["name"], span["resource"]) for span in spans()]


def test_another_application_within(app: Any, config: Any, spans: Spans) -> None:
    from pyramid.wsgi import wsgiapp2

    config.add_route("mounted", "/mounted/*subpath")
    config.add_view(wsgiapp2(app), route_name="mounted")
    outer = config.make_wsgi_app()
    assert ask(outer, "/mounted/work").body == b"done"
    assert next((span["name"], span["resource"]) for span in spans()) == ("pyramid.request", "GET mounted")
    assert len(spans.last) == 2


def test_it_looks_as_before() -> None:
    assert list(inspect.signature(Router.__call__).parameters) == ["self", "environ", "start_response"]
