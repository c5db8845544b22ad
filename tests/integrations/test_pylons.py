"""Pylons, by a stand-in of its public surface: a span per request with the name of its controller and action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from vedette.lifecycle import running

pytest.importorskip("routes")

from tests.integrations import pylons_stand_in


class Users:
    def show(self, environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [pylons_stand_in.render_mako("/users.mako", {"number": 7}).encode()]

    def fail(self, environ: Any, start_response: Any) -> Any:
        raise LookupError("mine")


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    pylons_stand_in.install()
    state = running()
    assert state is not None
    assert state.registry.instrument("pylons") is None
    assert state.registry.installed["pylons"].missing == []
    yield
    state.registry.uninstrument("pylons")


@pytest.fixture
def app() -> Any:
    routes = {"/users/{number}": ("users", "show"), "/fail": ("users", "fail"), "/other": ("others", "index")}
    return pylons_stand_in.application({"users": Users()}, routes)


def test_a_request_is_named_by_controller_and_action(app: Any, spans: Spans) -> None:
    assert ask(app, "/users/7?page=2").body == b"/users.mako {'number': 7}"
    request, rendered = spans()
    assert request == {
        "name": "pylons.request",
        "resource": "users.show",
        "service": "pylons",
        "type": "web",
        "kind": "server",
        "attributes": {
            "component": "pylons",
            "http.request.method": "GET",
            "url.full": "http://testserver/users/7?page=2",
            "network.protocol.version": "1.1",
            "network.peer.address": "10.1.2.3",
            "http.response.status_code": 200,
            "http.route": "/users/{number}",
            "pylons.route.controller": "users",
            "pylons.route.action": "show",
        },
    }
    assert (rendered["name"], rendered["type"], rendered["parent"]) == ("pylons.render", "template", "pylons.request")
    assert rendered["attributes"]["template.name"] == "/users.mako"


def test_errors(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="mine"):
        ask(app, "/fail")
    span = spans.one()
    assert (span["resource"], span["failure"]) == ("users.fail", ("LookupError", "mine"))


def test_unknown_paths(app: Any, spans: Spans) -> None:
    assert ask(app, "/nowhere").status == 404
    assert spans.one()["resource"] == "GET 404"


def test_the_trace_of_whoever_asked_goes_on(app: Any, spans: Spans) -> None:
    ask(app, "/users/7", headers={"traceparent": f"00-{5:032x}-{6:016x}-01"})
    assert spans()[0]["parent"] == "remote"
