"""The shop on Flask."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from tests.protection.shop import Answer, Client, ran, search, swallowing


def shop() -> Flask:
    """On Flask."""
    app = Flask("shop")

    @app.before_request
    def reached() -> None:
        ran.append("reached")

    @app.route("/page", methods=["GET", "POST", "HEAD"])
    def page() -> str:
        ran.append("page")
        return "page"

    @app.route("/path/<path:rest>")
    def path(rest: str) -> str:
        ran.append("path")
        return rest

    @app.route("/search")
    def searched() -> Any:
        try:
            return {"rows": search(request.args["name"])}
        except Exception as error:
            return repr(error), 500

    @app.route("/swallow")
    def swallowed() -> Any:
        return {"rows": swallowing(request.args["name"])}

    @app.route("/changed")
    def changed() -> Any:
        try:
            return {"rows": search(request.args["name"])}
        except BaseException as error:
            raise LookupError("mine") from error

    @app.route("/streamed")
    def streamed() -> Any:
        def pieces() -> Any:
            if request_begins:
                yield "begun"
            search(name)
            yield "ended"

        name, request_begins = request.args["name"], "begin" in request.args
        return app.response_class(pieces())

    @app.route("/body/<how>", methods=["POST"])
    def body(how: str) -> Any:
        ran.append("body")
        if how == "json":
            got: Any = request.get_json(silent=True)
        elif how == "form":
            got = {**request.form.to_dict(), **{key: file.filename for key, file in request.files.items()}}
        elif how == "twice":
            got = [request.get_data().decode("utf-8", "replace"), request.get_json(silent=True)]
        elif how == "ignored":
            got = None
        elif how == "part":
            got = request.stream.read(10).decode()
        else:
            got = request.get_data().decode("utf-8", "replace")
        ran.append("read")
        return {"got": got}

    return app


class FlaskClient(Client):
    """Asks the shop on Flask."""

    integration = "flask"

    def __init__(self) -> None:
        self.app = shop()

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        chunked = not isinstance(body, bytes)
        more: dict[str, Any] = {"data": b"".join(body) if chunked else body} if body else {}
        client = self.app.test_client(use_cookies=False)
        if chunked:
            more["environ_overrides"] = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        got = client.open(path, method=method, headers=headers or {}, buffered=True, **more)
        return Answer(got.status_code, got.data, {key.lower(): value for key, value in got.headers.items()})


CLIENTS = {"flask": FlaskClient}
