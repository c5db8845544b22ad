"""Flask: a span per request with the name of its rule, the trace of whoever asked, and answers as before."""

from __future__ import annotations

import inspect
import io
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans

flask = pytest.importorskip("flask")
pytest.importorskip("flask.testing")

PARENT = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


def expected(path: str, method: str = "GET", rule: str | None = None, status: int = 200, **more: Any) -> dict[str, Any]:
    attributes = {
        "component": "flask",
        "http.request.method": method,
        "url.full": f"http://localhost{path}",
        "user_agent.original": "test",
        "network.protocol.version": "1.1",
        "network.peer.address": "127.0.0.1",
        "http.response.status_code": status,
    }
    if rule:
        attributes.update({"http.route": rule, "flask.url_rule": rule})
    attributes.update(more.pop("attributes", {}))
    span = {"name": "flask.request", "resource": f"{method} {rule or status}", "service": "flask", "type": "web"}
    return {**span, "kind": "server", **more, "attributes": attributes}


@pytest.fixture
def app() -> Any:
    made = flask.Flask("shop")

    @made.route("/users/<int:number>", methods=["GET", "POST"])
    def user(number: int) -> str:
        span = vedette.current_span()
        assert span is not None
        return f"{number} {span.name} {flask.request.get_data(as_text=True)}"

    @made.route("/work")
    def work() -> str:
        with vedette.tracer.span("work"):
            return "done"

    @made.route("/broken")
    def broken() -> str:
        raise LookupError("mine")

    @made.route("/teapot")
    def teapot() -> Any:
        flask.abort(418)

    @made.route("/handled")
    def handled() -> str:
        raise KeyError("handled")

    @made.errorhandler(KeyError)
    def on_key_error(error: KeyError) -> Any:
        return "handled", 409

    @made.route("/stream")
    def stream() -> Any:
        def pieces() -> Any:
            for piece in ("one", "two"):
                with vedette.tracer.span(piece):
                    yield piece

        return flask.Response(pieces())

    @made.route("/file")
    def file() -> Any:
        return flask.send_file(io.BytesIO(b"content"), mimetype="text/plain")

    return made


PEER = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "test"}


class Client(flask.testing.FlaskClient):
    """Reads and closes every response, as servers do; the test client leaves that to whoever asks for the data."""

    def open(self, *args: Any, buffered: bool = True, **named: Any) -> Any:
        named["environ_base"] = {**PEER, **named.get("environ_base", {})}
        return super().open(*args, buffered=buffered, **named)


@pytest.fixture
def client(app: Any) -> Any:
    app.test_client_class = Client
    return app.test_client()


def test_a_request_is_one_span(client: Any, spans: Spans) -> None:
    assert client.get("/users/7?page=2").data == b"7 flask.request "
    more = {"flask.endpoint": "user", "flask.view_args.number": 7}
    assert spans() == [expected("/users/7?page=2", rule="/users/<int:number>", attributes=more)]


def test_bodies_arrive(client: Any, spans: Spans) -> None:
    assert client.post("/users/7", data="hello").data == b"7 flask.request hello"
    assert spans.one()["resource"] == "POST /users/<int:number>"


def test_the_trace_of_whoever_asked_goes_on(client: Any, spans: Spans) -> None:
    client.get("/work", headers=PARENT)
    request, work = spans()
    assert (request["parent"], work["parent"]) == ("remote", "flask.request")
    assert {span["trace_id"] for span in spans.last} == {0x4BF92F3577B34DA6A3CE929D0E0E4736}
    assert spans.last[0]["parent_id"] == 0x00F067AA0BA902B7


def test_nothing_stays_active(client: Any) -> None:
    client.get("/work")
    assert vedette.current_span() is None


def test_unknown_paths_are_one_kind_of_request(client: Any, spans: Spans) -> None:
    assert client.get("/nowhere/7").status_code == 404
    assert spans() == [expected("/nowhere/7", status=404)]


def test_a_method_that_is_not_allowed(client: Any, spans: Spans) -> None:
    answer = client.delete("/users/7")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "OPTIONS", "POST"})
    assert spans.one()["attributes"]["http.response.status_code"] == 405


def test_an_error_of_the_view(client: Any, spans: Spans) -> None:
    assert client.get("/broken").status_code == 500
    span = spans.one()
    assert span["failure"] == ("LookupError", "mine")
    assert (span["error"], span["resource"]) == (True, "GET /broken")
    assert span["attributes"]["http.response.status_code"] == 500


def test_an_error_that_propagates_is_the_views_own(app: Any, client: Any, spans: Spans) -> None:
    app.testing = True
    with pytest.raises(LookupError, match="mine") as raised:
        client.get("/broken")
    assert raised.value.__context__ is None
    assert spans.one()["failure"] == ("LookupError", "mine")


def test_an_error_that_the_application_handles_is_its_answer(client: Any, spans: Spans) -> None:
    answer = client.get("/handled")
    assert (answer.status_code, answer.data) == (409, b"handled")
    span = spans.one()
    assert ("error" in span, span["attributes"]["http.response.status_code"]) == (False, 409)


def test_aborts_are_answers(client: Any, spans: Spans) -> None:
    assert client.get("/teapot").status_code == 418
    assert "error" not in spans.one()


def test_a_stream_lasts_until_its_end(client: Any, spans: Spans) -> None:
    answer = client.get("/stream", buffered=False)
    assert answer.status_code == 200
    assert spans() == []
    assert answer.data == b"onetwo"
    answer.close()
    request, one, two = spans()
    assert request["attributes"]["http.route"] == "/stream"
    assert (one["parent"], two["parent"]) == ("flask.request", "flask.request")


def test_a_stream_that_is_closed_early(client: Any, spans: Spans) -> None:
    answer = client.get("/stream", buffered=False)
    answer.close()
    assert spans()[0]["name"] == "flask.request"
    assert vedette.current_span() is None


def test_files(client: Any, spans: Spans) -> None:
    answer = client.get("/file")
    assert (answer.data, answer.mimetype) == (b"content", "text/plain")
    answer.close()
    assert spans.one()["attributes"]["http.route"] == "/file"


def test_blueprints(app: Any, spans: Spans) -> None:
    blueprint = flask.Blueprint("admin", "admin", url_prefix="/admin")
    blueprint.add_url_rule("/<name>", "page", lambda name: name)
    app.register_blueprint(blueprint)
    assert app.test_client().get("/admin/x").data == b"x"
    span = spans.one()
    assert (span["resource"], span["attributes"]["flask.endpoint"]) == ("GET /admin/<name>", "admin.page")


def test_an_application_within_another(app: Any, spans: Spans) -> None:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    outer = flask.Flask("outer")
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/inner": app.wsgi_app})  # type: ignore[method-assign]
    assert outer.test_client().get("/inner/work").data == b"done"
    assert [span["name"] for span in spans()] == ["flask.request", "work"]


@pytest.mark.skipif(not hasattr(flask.Flask, "ensure_sync"), reason="since 2.0")
def test_asynchronous_views(spans: Spans) -> None:
    pytest.importorskip("asgiref")
    app = flask.Flask("later")

    @app.route("/")
    async def view() -> str:
        with vedette.tracer.span("work"):
            return "done"

    assert app.test_client().get("/").data == b"done"
    assert [span.get("parent") for span in spans()] == [None, "flask.request"]


def test_the_environ_is_left_as_it_was(app: Any) -> None:
    seen: list[Any] = []
    plain = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        before = dict(environ)
        result = plain(environ, start_response)
        seen.append({key for key in environ if key not in before and not key.startswith("werkzeug.")})
        return result

    app.wsgi_app = middleware
    app.test_client().get("/work")
    assert seen == [set()]


def test_hostile_requests(client: Any, spans: Spans) -> None:
    hostile = {"traceparent": "x" * 10_000, "x-datadog-trace-id": "-1", "user-agent": "\xff", "baggage": "," * 5_000}
    assert client.get("/work", headers=hostile).data == b"done"
    assert client.get("/%ff%00/" + "x" * 5_000, query_string="\xff=%zz").status_code == 404
    assert len(spans()) == 3


def test_it_looks_as_before(app: Any) -> None:
    assert list(inspect.signature(flask.Flask.wsgi_app).parameters) == ["self", "environ", "start_response"]
    assert inspect.isfunction(flask.Flask.full_dispatch_request)
    assert app.wsgi_app.__name__ == "wsgi_app"
