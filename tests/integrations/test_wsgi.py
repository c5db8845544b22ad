"""Any WSGI application: traced by one call, or because of its server; never twice."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask, begin, called, environ_of
from vedette.instrument.families.traced_wsgi import Traced

PARENT = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


def application(environ: Any, start_response: Any) -> Any:
    """A bare one."""
    path = environ["PATH_INFO"]
    if path == "/broken":
        raise LookupError("mine")
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return pieces()
    if path == "/half":
        start_response("200 OK", [])
        return half()
    if path == "/written":
        start_response("200 OK", [])(b"written ")
        return [b"and returned"]
    if path != "/":
        start_response("404 Not Found", [])
        return [b"nothing"]
    with vedette.tracer.span("work"):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read()]


def pieces() -> Any:
    for piece in (b"one", b"two"):
        with vedette.tracer.span("piece"):
            yield piece


def half() -> Any:
    yield b"begun"
    raise LookupError("too late")


def expected(path: str, status: int | None = 200, method: str = "GET", **more: Any) -> dict[str, Any]:
    attributes = {
        "component": "wsgi",
        "http.request.method": method,
        "url.full": f"http://testserver{path}",
        "network.protocol.version": "1.1",
        "network.peer.address": "10.1.2.3",
    }
    if status is not None:
        attributes["http.response.status_code"] = status
    resource = f"{method} {status}" if status is not None else method
    span = {"name": "wsgi.request", "resource": resource, "service": "wsgi", "type": "web", "kind": "server"}
    return {**span, **more, "attributes": attributes}


@pytest.fixture
def app() -> Any:
    return vedette.instrument_wsgi(application)


def test_a_request_is_one_span_and_never_has_its_raw_path(app: Any, spans: Spans) -> None:
    assert ask(app, "/?page=2", "POST", body=b"hello").body == b"hello"
    assert ask(app, "/7/8").status == 404
    request, work, unknown = spans()
    assert (request, work["parent"]) == (expected("/?page=2", method="POST"), "wsgi.request")
    assert unknown == expected("/7/8", 404)


def test_the_trace_of_whoever_asked_goes_on(app: Any, spans: Spans, option: Any) -> None:
    ask(app, headers=PARENT)
    assert spans()[0]["parent"] == "remote"
    option("wsgi", distributed_tracing=False)
    ask(app, headers=PARENT)
    assert "parent" not in spans()[0]


def test_an_error(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="mine"):
        ask(app, "/broken")
    assert spans() == [expected("/broken", None, error=True, failure=("LookupError", "mine"))]


def test_a_stream_lasts_until_its_end(app: Any, spans: Spans) -> None:
    answered = begin(app, "/stream")
    assert spans() == []
    assert list(answered.pieces()) == [b"one", b"two"]
    assert [span["name"] for span in spans()] == ["wsgi.request", "piece", "piece"]
    assert vedette.current_span() is None


def test_a_client_that_goes_away(app: Any, spans: Spans) -> None:
    answered = begin(app, "/stream")
    next(answered.pieces())
    answered.close()
    assert [span["name"] for span in spans()] == ["wsgi.request", "piece"]


def test_an_error_after_the_response_began(app: Any, spans: Spans) -> None:
    answered = begin(app, "/half")
    with pytest.raises(LookupError, match="too late"):
        list(answered.pieces())
    assert spans() == [expected("/half", error=True, failure=("LookupError", "too late"))]


def test_what_is_written(app: Any, spans: Spans) -> None:
    assert ask(app, "/written").body == b"written and returned"
    assert spans() == [expected("/written")]


def test_never_twice(app: Any, spans: Spans) -> None:
    assert vedette.instrument_wsgi(app) is app
    ask(Traced(app))
    assert [span["name"] for span in spans()] == ["wsgi.request", "work"]


def test_what_a_handler_asks_of_another_application_is_a_request_of_its_own(app: Any, spans: Spans) -> None:
    def asking(environ: Any, start_response: Any) -> Any:
        inner = ask(app, "/nowhere")
        start_response("200 OK", [])
        return [inner.body]

    assert ask(vedette.instrument_wsgi(asking), "/").body == b"nothing"
    outer, inner = spans()
    assert (outer["resource"], inner["resource"], inner["parent"]) == ("GET 200", "GET 404", "wsgi.request")


@pytest.mark.parametrize("handed_on", [dict, lambda environ: environ])
def test_an_application_within_is_part_of_the_request(app: Any, spans: Spans, handed_on: Any) -> None:
    def shifting(environ: Any, start_response: Any) -> Any:
        inner = handed_on(environ)
        inner.update(SCRIPT_NAME="/mounted", PATH_INFO="/")
        return app(inner, start_response)

    ask(vedette.instrument_wsgi(shifting), "/mounted/")
    assert [span["name"] for span in spans()] == ["wsgi.request", "work"]


def test_it_is_as_the_application() -> None:
    class Framework:
        routes = ("/",)

        def __call__(self, environ: Any, start_response: Any) -> Any:
            return application(environ, start_response)

    app = vedette.instrument_wsgi(Framework())
    assert app.routes == ("/",)
    assert not hasattr(app, "other")
    assert pickle.loads(pickle.dumps(vedette.instrument_wsgi(application))).application is application


def test_the_environ_is_left_as_it_was(app: Any) -> None:
    environ = environ_of("/stream")
    before = dict(environ)
    called(app, environ)
    assert environ == before


def test_the_applications_own_steps_where_detail_is_full(declared_again: Any, spans: Spans) -> None:
    app = vedette.instrument_wsgi(application)
    with declared_again("wsgi", full=True):
        assert ask(app, "/stream").body == b"onetwo"
    shape = [(span["name"], span.get("parent")) for span in spans()]
    assert shape == [
        ("wsgi.request", None),
        ("wsgi.application", "wsgi.request"),
        ("wsgi.start_response", "wsgi.application"),
        ("wsgi.response", "wsgi.application"),
        ("piece", "wsgi.response"),
        ("piece", "wsgi.response"),
    ]


BROKEN = {
    "no method": {"REQUEST_METHOD": ""},
    "no path": {"PATH_INFO": ""},
    "bad host": {"HTTP_HOST": "\xff:x:y"},
    "bad path": {"PATH_INFO": "/\xff\x00"},
    "odd protocol": {"SERVER_PROTOCOL": "?"},
    "long query": {"QUERY_STRING": "a=1&" * 20_000},
    "raw uri": {"RAW_URI": "http://[::1"},
    "no port": {"SERVER_PORT": "", "HTTP_HOST": ""},
    "odd values": {"HTTP_X": 7, "REMOTE_ADDR": None, "wsgi.url_scheme": ""},
}


@pytest.mark.parametrize("kind", list(BROKEN))
def test_broken_requests_are_the_applications_own(app: Any, spans: Spans, kind: str) -> None:
    bare, traced = (ask(each, **BROKEN[kind]) for each in (application, app))
    assert (bare.status, bare.pairs, bare.body) == (traced.status, traced.pairs, traced.body)
    assert sum(span["name"] == "wsgi.request" for span in spans()) == 1
