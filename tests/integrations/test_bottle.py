"""Bottle: a span per request with the name of its rule; mounted applications; answers as before."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

bottle = pytest.importorskip("bottle")


@pytest.fixture
def app() -> Any:
    made = bottle.Bottle()
    made.route("/work", callback=work)
    made.route("/stream", callback=pieces)
    made.route("/half", callback=half)

    @made.route("/users/<number:int>", ["GET", "POST"])
    def user(number: int) -> str:
        return shown(number, bottle.request.body.read())

    @made.route("/broken")
    def broken() -> str:
        raise LookupError("mine")

    @made.route("/refused")
    def refused() -> str:
        raise bottle.HTTPError(409, "no")

    return made


class TestBottle(WSGIFramework):
    name = "bottle"
    route = resource = "/users/<number:int>"

    def test_a_stream_that_fails(self, app: Any, spans: Spans) -> None:
        with pytest.raises(LookupError, match="too late"):
            ask(app, "/half")
        assert spans.one()["failure"] == ("LookupError", "too late")

    def test_a_stream_lasts_until_its_end(self, app: Any, spans: Spans) -> None:
        answered = ask(app, "/stream")
        assert answered.body == b"onetwo"
        ends = [span["start"] + span["duration"] for span in (spans() and spans.last)]
        assert max(ends) == ends[0]


@pytest.mark.parametrize("prefix", ["/admin/", "/admin"])
def test_a_mounted_application(app: Any, spans: Spans, prefix: str) -> None:
    outer = bottle.Bottle()
    outer.mount(prefix, app)
    assert ask(outer, "/admin/users/7").body == b"7 bottle.request "
    assert spans.one()["resource"] == "GET /admin/users/<number:int>"


def test_a_mounted_application_of_another_kind(spans: Spans) -> None:
    def other(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    outer = bottle.Bottle()
    outer.mount("/other/", other)
    assert ask(outer, "/other/7").body == b"/7"
    assert spans.one()["resource"] == "GET /other"


def test_an_error_that_nobody_catches(app: Any, spans: Spans) -> None:
    app.catchall = app.config["catchall"] = False  # as old versions have it, and as new ones do
    with pytest.raises(LookupError, match="mine"):
        ask(app, "/broken")
    assert spans.one()["failure"] == ("LookupError", "mine")


def test_error_handlers(app: Any, spans: Spans) -> None:
    app.error(500)(lambda error: f"mine: {error.exception}")
    assert ask(app, "/broken").body == b"mine: mine"
    assert spans.one()["failure"] == ("LookupError", "mine")


def test_it_looks_as_before() -> None:
    assert list(inspect.signature(bottle.Bottle.wsgi).parameters) == ["self", "environ", "start_response"]
    assert inspect.isfunction(bottle.Router.match)
