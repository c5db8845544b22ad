"""A request to a small application that has one sink."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def asked(sink: Callable[[str], Any], text: str, where: str = "query") -> tuple[int, list[Any]]:
    """Status of a request whose input goes to a sink, and what came of it there."""
    app, came = Flask("sinks"), []

    @app.route("/")
    def route() -> str:
        given = {"query": request.args, "header": request.headers, "cookie": request.cookies}[where]
        try:
            came.append(sink(given["X-Name" if where == "header" else "name"]))
        except Exception as error:
            came.append(error)
        return "done"

    sent: dict[str, Any] = {
        "query": {"path": f"/?name={quote(text)}"},
        "header": {"headers": {"X-Name": text}},
        "cookie": {"environ_overrides": {"HTTP_COOKIE": f"name={text}"}},
    }[where]
    answer = app.test_client(use_cookies=False).get(sent.pop("path", "/"), **sent)
    return answer.status_code, came
