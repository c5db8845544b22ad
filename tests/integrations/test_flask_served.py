"""Flask behind WSGI servers and clients: spans of streams and files, and untouched applications."""

from __future__ import annotations

import contextlib
import http.client
import inspect
import sqlite3
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort, jsonify, redirect, request, send_file, stream_with_context
from werkzeug.test import EnvironBuilder

import vedette
from tests.integrations.made import Spans

if not hasattr(Flask, "ensure_sync"):
    pytest.skip("the client of older versions does less", allow_module_level=True)

SPAN = {"name": "flask.request", "service": "flask", "type": "web", "kind": "server"}


def made() -> Flask:
    app = Flask(__name__)
    blueprint = Blueprint("admin", __name__, url_prefix="/admin")

    @app.route("/items/<int:item_id>", methods=["GET", "POST"])
    def item(item_id: int) -> Any:
        select(f"select {item_id} -- one")
        return jsonify(id=item_id)

    @blueprint.route("/users/<name>")
    def user(name: str) -> str:
        return name

    @app.route("/broken")
    def broken() -> str:
        raise LookupError("mine")

    @app.route("/teapot")
    def teapot() -> Any:
        abort(418)

    @app.errorhandler(418)
    def handled(error: Exception) -> Any:
        return "short and stout", 418

    @app.route("/away")
    def away() -> Any:
        return redirect("/items/1")

    @app.route("/stream")
    def stream() -> Response:
        def pieces() -> Iterator[str]:
            for number in range(3):
                select()
                yield f"{number}{request.path}"

        return Response(stream_with_context(pieces()))

    @app.route("/half")
    def half() -> Response:
        def pieces() -> Iterator[str]:
            yield "begun"
            raise LookupError("too late")

        return Response(pieces())

    @app.route("/file")
    def file() -> Any:
        return send_file(__file__)

    @app.route("/echo", methods=["POST"])
    def echo() -> Any:
        return {"form": dict(request.form), "json": request.get_json(silent=True), "data": request.data.decode()}

    app.register_blueprint(blueprint)
    return app


def select(statement: str = "select 1") -> None:
    sqlite3.connect(":memory:").execute(statement)


def span(resource: str, url: str, status: int = 200, endpoint: str | None = None, **more: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "component": "flask",
        "http.request.method": resource.partition(" ")[0],
        "http.response.status_code": status,
        "network.peer.address": "127.0.0.1",
        "network.protocol.version": "1.1",
        "url.full": f"http://localhost{url}",
        "user_agent.original": "tests",
    }
    if endpoint is not None:
        rule = resource.partition(" ")[2]
        attributes.update({"flask.endpoint": endpoint, "flask.url_rule": rule, "http.route": rule})
    arguments = {f"flask.view_args.{name}": value for name, value in more.pop("view", {}).items()}
    return {**SPAN, "resource": resource, **more, "attributes": {**attributes, **arguments}}


@pytest.fixture(scope="module")
def app() -> Flask:
    return made()


@pytest.fixture
def client(app: Flask) -> Any:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "tests"
    return client


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/items/3?a=1", span("GET /items/<int:item_id>", "/items/3?a=1", 200, "item", view={"item_id": 3})),
        (
            "/admin/users/Ada",
            span("GET /admin/users/<name>", "/admin/users/Ada", 200, "admin.user", view={"name": "Ada"}),
        ),
        ("/nowhere", span("GET 404", "/nowhere", 404)),
        ("/teapot", span("GET /teapot", "/teapot", 418, "teapot")),
        ("/away", span("GET /away", "/away", 302, "away")),
    ],
)
def test_a_request_is_one_span(client: Any, spans: Spans, url: str, expected: dict[str, Any]) -> None:
    assert client.get(url, buffered=True).status_code == expected["attributes"]["http.response.status_code"]
    assert spans()[0] == expected


def test_an_unhandled_exception(client: Any, spans: Spans) -> None:
    assert client.get("/broken", buffered=True).status_code == 500
    expected = span("GET /broken", "/broken", 500, "broken", error=True, failure=("LookupError", "mine"))
    assert spans() == [expected]


def test_a_method_that_is_not_allowed(client: Any, spans: Spans) -> None:
    assert client.delete("/items/3", buffered=True).status_code == 405
    assert spans() == [span("DELETE 405", "/items/3", 405)]


def test_a_stream_lasts_as_long_as_its_pieces(client: Any, spans: Spans) -> None:
    assert client.get("/stream").data == b"0/stream1/stream2/stream"
    root, *queries = spans()
    assert root == span("GET /stream", "/stream", 200, "stream")
    assert [query["parent"] for query in queries] == ["flask.request"] * 3
    ends = [one["start"] + one["duration"] for one in spans.last]
    assert max(ends) == ends[0]


def test_a_stream_that_is_not_read_to_the_end(client: Any, spans: Spans) -> None:
    response = client.get("/stream")
    assert next(response.response).startswith(b"0")
    assert spans() == []  # the request goes on
    response.close()
    assert spans()[0] == span("GET /stream", "/stream", 200, "stream")
    assert vedette.current_span() is None


def test_a_stream_that_fails(client: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="too late"):
        _ = client.get("/half").data
    failure = ("LookupError", "too late")
    assert spans() == [span("GET /half", "/half", 200, "half", error=True, failure=failure)]


def test_bodies(client: Any, spans: Spans) -> None:
    assert client.post("/echo", json={"a": 1}).json["json"] == {"a": 1}
    assert client.post("/echo", data={"a": "1"}).json["form"] == {"a": "1"}
    assert client.post("/echo", data=b"plain", content_type="text/plain").json["data"] == "plain"
    assert [one["resource"] for one in spans()] == ["POST /echo"] * 3


@pytest.fixture(scope="module")
def port(app: Flask) -> Iterator[int]:
    class Threads(wsgiref.simple_server.WSGIServer):
        request_queue_size = 128

        def process_request(self, request: Any, address: Any) -> None:
            threading.Thread(target=self.process, args=(request, address), daemon=True).start()

        def process(self, request: Any, address: Any) -> None:
            self.finish_request(request, address)
            self.shutdown_request(request)

    class Handler(wsgiref.simple_server.WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, Threads, Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


def asked(port: int, path: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()


def test_served(port: int, spans: Spans) -> None:
    assert asked(port, "/stream", traceparent=f"00-{5:032x}-{6:016x}-01")[1] == b"0/stream1/stream2/stream"
    assert spans(4)[0]["parent"] == "remote"
    assert {one["trace_id"] for one in spans.last} == {5}


def test_served_files_stay_the_servers(port: int, spans: Spans) -> None:
    with open(__file__, "rb") as file:
        assert asked(port, "/file") == (200, file.read())
    assert spans(1)[0]["resource"] == "GET /file"


def test_served_many_at_once(port: int, spans: Spans) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {status for status, _ in pool.map(lambda n: asked(port, f"/items/{n}"), range(200))} == {200}
    spans(400)
    requests = {one["span_id"]: one for one in spans.last if one["name"] == "flask.request"}
    statements = [one for one in spans.last if one["name"] == "sqlite.query"]
    assert (len(requests), len(statements)) == (200, 200)
    for statement in statements:
        parent = requests[statement["parent_id"]]
        assert statement["resource"] == f"select {parent['attributes']['flask.view_args.item_id']} -- one"
        assert statement["trace_id"] == parent["trace_id"]


def test_an_applications_own_start_response(app: Flask, spans: Spans) -> None:
    """Middleware below Flask, and applications that write."""
    written: list[bytes] = []
    heads: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        heads.append((status, exc_info))
        return written.append

    def hostile(environ: Any, start_response: Any) -> Any:
        start_response("not a status", iter([("a", "b")]))(b"written")
        return iter([b"iterated"])

    other = Flask("other")
    other.full_dispatch_request = lambda *_: hostile  # type: ignore[method-assign,assignment,return-value]
    environ = EnvironBuilder("/").get_environ()
    assert b"".join(other(environ, start_response)) == b"iterated"
    assert (heads, written) == ([("not a status", None)], [b"written"])
    assert spans.one()["resource"] == "GET"


def test_what_is_hooked_stays_what_it_was(app: Flask) -> None:
    assert list(inspect.signature(Flask.wsgi_app).parameters) == ["self", "environ", "start_response"]
    assert list(inspect.signature(app.wsgi_app).parameters) == ["environ", "start_response"]


def test_nothing_is_left_in_the_environ(app: Flask, spans: Spans) -> None:
    environ = EnvironBuilder("/items/3").get_environ()
    before = dict(environ)
    b"".join(app(environ, lambda *_: None))  # type: ignore[arg-type,return-value]
    assert {key: value for key, value in environ.items() if not key.startswith(("werkzeug.", "flask."))} == before
    assert len(spans()) == 2
