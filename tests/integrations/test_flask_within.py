"""Flask within other applications: one request, one span, and the templates of all that it goes through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations import asgi_client
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask

flask = pytest.importorskip("flask")


@pytest.fixture
def app() -> Any:
    made = flask.Flask("inner")
    made.add_url_rule("/users/<int:number>", "user", lambda number: str(number))
    return made


def requests(spans: Spans) -> list[tuple[str, str]]:
    return [(span["name"], span["resource"]) for span in spans() if span["type"] == "web"]


def test_behind_a_dispatcher(app: Any, spans: Spans) -> None:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    outer = flask.Flask("outer")
    assert ask(DispatcherMiddleware(outer, {"/inner": app}), "/inner/users/7").body == b"7"
    assert requests(spans) == [("flask.request", "GET /users/<int:number>")]


def test_in_another_flask(app: Any, spans: Spans) -> None:
    outer = flask.Flask("outer")

    @outer.route("/all/<path:path>")
    def handed_on(path: str) -> Any:
        return flask.Response.from_app(app, {**flask.request.environ, "SCRIPT_NAME": "/all", "PATH_INFO": f"/{path}"})

    assert ask(outer, "/all/users/7").body == b"7"
    assert requests(spans) == [("flask.request", "GET /all/<path:path>")]


def test_mounted_in_bottle(app: Any, spans: Spans) -> None:
    outer = pytest.importorskip("bottle").Bottle()
    outer.mount("/inner/", app)
    assert ask(outer, "/inner/users/7").body == b"7"
    assert requests(spans) == [("bottle.request", "GET /inner/users/<int:number>")]


def test_grafted_in_cherrypy(app: Any, spans: Spans) -> None:
    tree = pytest.importorskip("cherrypy")._cptree.Tree()
    tree.graft(app, "/inner")
    assert ask(tree, "/inner/users/7").body == b"7"
    assert requests(spans) == [("flask.request", "GET /users/<int:number>")]


def test_as_a_view_of_pyramid(app: Any, spans: Spans) -> None:
    pytest.importorskip("pyramid")
    config = pytest.importorskip("pyramid.config").Configurator()
    from pyramid.wsgi import wsgiapp2

    config.add_route("inner", "/inner/*subpath")
    config.add_view(wsgiapp2(app), route_name="inner")
    assert ask(config.make_wsgi_app(), "/inner/users/7").body == b"7"
    assert requests(spans) == [("pyramid.request", "GET inner")]


def test_mounted_in_starlette(app: Any, spans: Spans) -> None:
    pytest.importorskip("starlette")
    from starlette.applications import Starlette
    from starlette.middleware.wsgi import WSGIMiddleware
    from starlette.routing import Mount

    outer = Starlette(routes=[Mount("/inner", app=WSGIMiddleware(app))])
    assert asgi_client.ask(outer, "/inner/users/7?a=b").body == b"7"
    assert requests(spans) == [("starlette.request", "GET /inner/users/<int:number>")]


def test_what_a_view_asks_of_another_application(app: Any, spans: Spans) -> None:
    outer = flask.Flask("outer")
    outer.add_url_rule("/", "asking", lambda: app.test_client().get("/users/7").data)
    assert ask(outer, "/").body == b"7"
    assert requests(spans) == [("flask.request", "GET /"), ("flask.request", "GET /users/<int:number>")]
