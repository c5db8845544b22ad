"""What every WSGI framework is tested for. A test module has the framework's application, and what it calls things.

The application answers, each by the framework's own means:

- `/users/<number>` (GET, POST): `shown(number, body)`
- `/work`: "done", by way of `work()`
- `/broken`: raises `LookupError("mine")`
- `/refused`: status 409 by an exception of the framework's
- `/stream`: what `pieces()` yields; `/half`: what `half()` yields
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask, begin, called, environ_of, finished
from vedette.lifecycle import running

PARENT = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}


def shown(number: Any, body: bytes) -> str:
    """What a handler saw."""
    span = vedette.current_span()
    return f"{number} {span.name if span else None} {body.decode()}"


def work() -> str:
    """Something in a span of its own."""
    with vedette.tracer.span("work"):
        return "done"


def pieces() -> Iterator[bytes]:
    """A response in pieces, each with a span of its own."""
    for piece in (b"one", b"two"):
        with vedette.tracer.span(piece.decode()):
            made = piece  # Molten does not close generators: it would stay open here
        yield made


def half() -> Iterator[bytes]:
    """A response that fails when it has begun."""
    yield b"begun"
    raise LookupError("too late")


BROKEN: dict[str, dict[str, Any]] = {
    "bad utf-8 in the path": {"path": "/users/%ff%fe"},
    "null in the path": {"path": "/users/%00"},
    "empty path": {"PATH_INFO": ""},
    "dots": {"path": "/users/../work"},
    "double slashes": {"path": "//users//7"},
    "trailing slash": {"path": "/work/"},
    "encoded slash": {"path": "/users%2f7"},
    "beyond ascii": {"path": "/users/%e2%82%ac"},
    "bad query": {"path": "/work?%ff=%&&&=%zz;="},
    "long query": {"path": "/work?" + "a=1&" * 5_000},
    "bad header": {"path": "/work", "headers": {"X-Name": "\xff\xfe", "User-Agent": "\xe4"}},
    "bad cookies": {"path": "/work", "headers": {"Cookie": "=;;=a;\x01=\xff; a=b"}},
    "bad content type": {"path": "/users/7", "method": "POST", "headers": {"Content-Type": ";;=\xff"}, "body": b"x"},
    "bad json": {"path": "/users/7", "method": "POST", "headers": {"Content-Type": "application/json"}, "body": b"{"},
    "bad length": {"path": "/users/7", "method": "POST", "CONTENT_LENGTH": "abc"},
    "negative length": {"path": "/users/7", "method": "POST", "CONTENT_LENGTH": "-1"},
    "longer than its body": {"path": "/users/7", "method": "POST", "CONTENT_LENGTH": "10", "body": b"x"},
    "bad host": {"path": "/work", "HTTP_HOST": "a b:x\xff"},
    "no host": {"path": "/work", "HTTP_HOST": ""},
    "unknown method": {"path": "/work", "method": "FROB"},
    "options": {"path": "/work", "method": "OPTIONS"},
    "put": {"path": "/users/7", "method": "PUT", "body": b"x"},
    "head": {"path": "/users/7", "method": "HEAD"},
    "head of nothing": {"path": "/nowhere", "method": "HEAD"},
    "hostile trace": {
        "path": "/work",
        "headers": {"traceparent": "x" * 10_000, "x-datadog-trace-id": "-1", "baggage": "," * 5_000},
    },
    "old protocol": {"path": "/work", "SERVER_PROTOCOL": "HTTP/1.0"},
}
"""Requests that no well-behaved client makes, and some that it does."""


class WSGIFramework:
    """The tests. `app` is a fixture of the module's."""

    name: str
    """Of the integration."""
    route = "/users/<number>"
    """Template of `/users/...`."""
    resource = "/users/<number>"
    """How requests to it are called, after the method."""
    work = "/work"
    """How requests to `/work` are called."""
    broken = "/broken"
    """How requests to `/broken` are called."""
    attributes: dict[str, Any] = {}  # noqa: RUF012  (replaced as a whole)
    """What the framework tells of requests to `/users/7`."""
    handles_errors = True
    """Whether an exception of a handler becomes an error page (else the server gets it)."""
    not_allowed = "DELETE 405"
    """Resource and status of a DELETE to `/users/7`."""

    def expected(self, path: str, resource: str, status: int | None, route: str | None, **more: Any) -> dict[str, Any]:
        """The span of a request."""
        attributes = {
            "component": self.name,
            "http.request.method": resource.partition(" ")[0],
            "url.full": f"http://testserver{path}",
            "user_agent.original": "test",
            "network.protocol.version": "1.1",
            "network.peer.address": "10.1.2.3",
            **({"http.response.status_code": status} if status else {}),
            **({"http.route": route} if route else {}),
            **more.pop("attributes", {}),
        }
        names = {"name": f"{self.name}.request", "service": self.name, "type": "web", "kind": "server"}
        return {**names, "resource": resource, **more, "attributes": attributes}

    def test_a_request_is_one_span(self, app: Any, spans: Spans) -> None:
        answered = ask(app, "/users/7?page=2", headers={"User-Agent": "test"})
        assert answered.body.decode() == f"7 {self.name}.request "
        path, resource = "/users/7?page=2", f"GET {self.resource}"
        assert spans() == [self.expected(path, resource, 200, self.route, attributes=self.attributes)]

    def test_bodies_arrive(self, app: Any, spans: Spans) -> None:
        headers = {"Content-Type": "text/plain"}
        assert ask(app, "/users/7", "POST", headers=headers, body=b"hello").body.endswith(b" hello")
        assert spans.one()["resource"] == f"POST {self.resource}"

    def test_the_trace_of_whoever_asked_goes_on(self, app: Any, spans: Spans, option: Any) -> None:
        ask(app, "/work", headers=PARENT)
        request, inner = spans()
        assert (request["parent"], inner["parent"]) == ("remote", f"{self.name}.request")
        assert {span["trace_id"] for span in spans.last} == {0x4BF92F3577B34DA6A3CE929D0E0E4736}
        option(self.name, distributed_tracing=False)
        ask(app, "/work", headers=PARENT)
        assert "parent" not in spans()[0]

    def test_nothing_stays_active(self, app: Any) -> None:
        for path in ("/work", "/refused", "/nowhere", "/stream"):
            finished(begin(app, path))
            assert vedette.current_span() is None

    def test_unknown_paths_are_one_kind_of_request(self, app: Any, spans: Spans) -> None:
        assert ask(app, "/nowhere/7", headers={"User-Agent": "test"}).status == 404
        assert spans() == [self.expected("/nowhere/7", "GET 404", 404, None)]

    def test_a_method_that_is_not_allowed(self, app: Any, spans: Spans) -> None:
        answered = ask(app, "/users/7", "DELETE")
        span = spans.one()
        assert f"{span['resource']}, {answered.status}" == f"{self.not_allowed}, {self.not_allowed_status}"
        assert span["attributes"]["http.response.status_code"] == answered.status

    not_allowed_status = 405

    def test_an_error_of_the_handler(self, app: Any, spans: Spans) -> None:
        more: dict[str, Any] = {"headers": {"User-Agent": "test"}}
        if self.handles_errors:
            assert ask(app, "/broken", **more).status == 500
        else:
            with pytest.raises(LookupError, match="mine"):
                ask(app, "/broken", **more)
        span = spans.one()
        assert span["failure"] == ("LookupError", "mine")
        assert (span["error"], span["resource"]) == (True, f"GET {self.broken}")
        assert span["attributes"].get("http.response.status_code", 500) == 500

    def test_refusals_are_answers(self, app: Any, spans: Spans) -> None:
        assert ask(app, "/refused").status == 409
        span = spans.one()
        assert ("error" in span, span["attributes"]["http.response.status_code"]) == (False, 409)

    def test_a_stream_lasts_until_its_end(self, app: Any, spans: Spans) -> None:
        answered = begin(app, "/stream")
        assert answered.status == 200
        assert "request" not in str([span["name"] for span in spans()])
        assert b"".join(answered.pieces()) == b"onetwo"
        answered.close()
        assert vedette.current_span() is None

    def test_pieces_of_a_stream_are_in_the_request(self, app: Any, spans: Spans) -> None:
        assert ask(app, "/stream").body == b"onetwo"
        request, one, two = spans()
        assert request["attributes"]["http.route"].startswith("/stream")
        assert (one["parent"], two["parent"]) == (f"{self.name}.request", f"{self.name}.request")

    def test_a_client_that_goes_away(self, app: Any, spans: Spans) -> None:
        answered = begin(app, "/stream")
        next(answered.pieces())
        answered.close()
        assert spans()[0]["name"] == f"{self.name}.request"
        assert vedette.current_span() is None

    def test_a_stream_that_fails(self, app: Any, spans: Spans) -> None:
        with contextlib.suppress(LookupError):  # what gathers the pieces makes an error page of it
            ask(app, "/half")
        span = spans.one()
        assert (span["error"], span["failure"]) == (True, ("LookupError", "too late"))

    def test_nothing_is_left_in_the_environ(self, app: Any) -> None:
        kept = []
        for traced in (False, True):
            with self.switched(traced):
                environ = environ_of("/work")
                finished(called(app, environ))
                kept.append(sorted(environ))
        assert kept[0] == kept[1]

    @pytest.mark.parametrize("kind", list(BROKEN))
    def test_broken_requests_are_the_applications_own(self, app: Any, spans: Spans, kind: str) -> None:
        answers = []
        for traced in (False, True):
            with self.switched(traced):
                answers.append(self.told(app, BROKEN[kind]))
        assert answers[0] == answers[1]
        requests = [span for span in spans() if span["name"] == f"{self.name}.request"]
        assert len(requests) == 1
        assert "users/%" not in requests[0]["resource"]

    def told(self, app: Any, request: dict[str, Any]) -> Any:
        """The answer, or the exception."""
        try:
            answered = ask(app, **request)
        except Exception as error:
            return type(error), str(error)
        pairs = [(name, value) for name, value in answered.pairs if name.lower() not in ("date", "content-length")]
        return answered.status, pairs, self.comparable(answered.body)

    def comparable(self, body: bytes) -> bytes:
        """Without what handlers say of their spans, which makes another length, too."""
        return body.replace(f"{self.name}.request".encode(), b"None")

    @contextlib.contextmanager
    def switched(self, on: bool) -> Iterator[None]:
        """The integration, on or off."""
        state = running()
        assert state is not None
        switch = state.registry.installed[self.name].switch
        before, switch.on = switch.on, on
        failures = switch.failures
        yield
        switch.on = before
        assert switch.failures == failures

    def test_no_hook_is_missing(self, app: Any) -> None:
        state = running()
        assert state is not None
        assert state.registry.installed[self.name].missing == []
