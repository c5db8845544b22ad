"""Flask as every other WSGI framework."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

flask = pytest.importorskip("flask")


class TestFlask(WSGIFramework):
    name = "flask"
    route = resource = "/users/<number>"
    attributes = {  # noqa: RUF012
        "flask.endpoint": "user",
        "flask.url_rule": "/users/<number>",
        "flask.view_args.number": "7",
    }

    @pytest.fixture
    def app(self) -> Any:
        app = flask.Flask("framework")
        app.add_url_rule("/work", "work", work)
        app.add_url_rule("/stream", "stream", lambda: flask.Response(pieces()))
        app.add_url_rule("/half", "half", lambda: flask.Response(half()))
        app.add_url_rule("/refused", "refused", lambda: flask.abort(409))
        app.add_url_rule("/broken", "broken", raising)

        @app.route("/users/<number>", methods=["GET", "POST"])
        def user(number: str) -> str:
            return shown(number, flask.request.get_data())

        return app


def raising() -> None:
    raise LookupError("mine")
