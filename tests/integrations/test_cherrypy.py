"""CherryPy: a span per request with the way to its handler; dispatchers; mounts and grafts."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

cherrypy = pytest.importorskip("cherrypy")


def streaming(handler: Any) -> Any:
    """Its response is sent as it is made."""
    handler._cp_config = {"response.stream": True}
    return handler


class Users:
    @cherrypy.expose
    def default(self, number: str, **_: Any) -> bytes:
        if cherrypy.request.method not in ("GET", "POST", "HEAD"):
            raise cherrypy.HTTPError(405)
        return shown(number, cherrypy.request.body.read() if cherrypy.request.method == "POST" else b"").encode()


class Root:
    users = Users()

    @cherrypy.expose
    def work(self, **_: Any) -> bytes:
        return work().encode()

    @cherrypy.expose
    def broken(self) -> bytes:
        raise LookupError("mine")

    @cherrypy.expose
    def refused(self) -> bytes:
        raise cherrypy.HTTPError(409, "no")

    @cherrypy.expose
    @streaming
    def stream(self) -> Any:
        return pieces()

    @cherrypy.expose
    @streaming
    def half(self) -> Any:
        return half()


SETTINGS = {"/": {"request.show_tracebacks": False}}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    cherrypy.log.screen = False
    cherrypy.config.update({"engine.autoreload.on": False})


@pytest.fixture
def app() -> Any:
    return cherrypy.Application(Root(), "", SETTINGS)


class TestCherryPy(WSGIFramework):
    name = "cherrypy"
    route = resource = "/users/*"
    not_allowed = "DELETE /users/*"


def test_methods(spans: Spans) -> None:
    class Cart:
        exposed = True

        def GET(self, name: str = "") -> bytes:
            return name.encode()

    root = Root()
    root.cart = Cart()  # type: ignore[attr-defined]
    settings = {"/": {"request.dispatch": cherrypy.dispatch.MethodDispatcher(), "request.show_tracebacks": False}}
    app = cherrypy.Application(root, "", settings)
    assert ask(app, "/cart/7").body == b"7"
    assert ask(app, "/cart/7", "DELETE").status == 405
    assert [span["resource"] for span in spans()] == ["GET /cart/*", "DELETE 405"]


def test_the_library_routes(spans: Spans) -> None:
    pytest.importorskip("routes")
    dispatcher = cherrypy.dispatch.RoutesDispatcher()
    dispatcher.connect("user", "/users/{number}", Users(), action="default")
    app = cherrypy.Application(None, "/shop", {"/": {"request.dispatch": dispatcher}})
    assert ask(app, "/shop/users/7").body == b"7 cherrypy.request "
    assert ask(app, "/shop/nowhere").status == 404
    assert [span["resource"] for span in spans()] == ["GET /shop/users/{number}", "GET 404"]


def test_what_handlers_look_up_by_themselves(spans: Spans) -> None:
    class Band:
        @cherrypy.expose
        def index(self, name: str) -> bytes:
            return name.encode()

        def _cp_dispatch(self, vpath: Any) -> Any:
            cherrypy.request.params["name"] = vpath.pop(0)
            return self

    root = Root()
    root.bands = Band()  # type: ignore[attr-defined]
    assert ask(cherrypy.Application(root, ""), "/bands/nirvana/").body == b"nirvana"
    assert spans.one()["resource"] == "GET /bands/*"


def test_the_tree(app: Any, spans: Spans) -> None:
    tree = cherrypy._cptree.Tree()
    tree.mount(Root(), "/mounted", SETTINGS)

    def grafted(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [environ["SCRIPT_NAME"].encode()]

    tree.graft(grafted, "/grafted")
    assert ask(tree, "/mounted/work").body == b"done"
    assert ask(tree, "/grafted").body == b"/grafted"
    assert [span["resource"] for span in spans()] == ["GET /mounted/work", "work"]


def test_an_internal_redirect_is_one_request(spans: Spans) -> None:
    root = Root()

    def redirected() -> None:
        raise cherrypy.InternalRedirect("/work")

    redirected.exposed = True  # type: ignore[attr-defined]
    root.redirected = redirected  # type: ignore[attr-defined]
    assert ask(cherrypy.Application(root, "", SETTINGS), "/redirected").body == b"done"
    assert [span["name"] for span in spans()] == ["cherrypy.request", "work"]


def test_it_looks_as_before() -> None:
    assert list(inspect.signature(cherrypy.Application.__call__).parameters) == ["self", "environ", "start_response"]
