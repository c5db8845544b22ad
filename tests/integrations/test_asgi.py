"""Any ASGI application: wrapped by one call, or served by a hooked server; both generations of the protocol."""

from __future__ import annotations

import contextlib
import copy
import http.client
import inspect
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import asgiref
import pytest

import vedette
from tests.integrations.asgi_client import ask, run, scope_of, talk, text
from tests.integrations.expected import Expected
from tests.integrations.made import Spans
from tests.integrations.served import hypercorned, uvicorned
from vedette.instrument.families.traced_asgi import is_double

VERSIONS = {"asgi.spec_version": "2.3", "asgi.version": "3.0"}


def request(resource: str, url: str, status: int = 200, **more: Any) -> dict[str, Any]:
    span = Expected("asgi", "asgi").request(resource, url, status, **more)
    return {**span, "attributes": {**VERSIONS, **span["attributes"]}}


def select() -> None:
    sqlite3.connect(":memory:").execute("select 1")


async def single(scope: Any, receive: Any, send: Any) -> None:
    """An application of ASGI 3."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await conversation(scope, receive, send)
    else:
        await answer(scope, receive, send)


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/broken":
        raise LookupError("mine")
    select()
    status = 404 if scope["path"] == "/nowhere" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"an", "more_body": True})
    await send({"type": "http.response.body", "body": b"swer"})


async def conversation(scope: Any, receive: Any, send: Any) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        select()
        await send({"type": "websocket.send", "text": message["text"] * 2})


class Double:
    """An application of ASGI 2."""

    def __init__(self, scope: Any) -> None:
        self.scope = scope

    async def __call__(self, receive: Any, send: Any) -> None:
        await single(self.scope, receive, send)


def double(scope: Any) -> Any:
    """Another one."""
    return Double(scope)


class Single:
    """An object that is an application of ASGI 3."""

    name = "its own"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await single(scope, receive, send)


def test_both_generations_are_told_apart() -> None:
    assert [is_double(app) for app in (single, Single(), Double, double)] == [False, False, True, True]


@pytest.mark.parametrize("app", [single, Single()])
@pytest.mark.parametrize(
    ("path", "resource", "status"),
    [("/", "GET 200", 200), ("/a/path?q=1", "GET 200", 200), ("/nowhere", "GET 404", 404)],
)
def test_a_request_is_one_span(app: Any, spans: Spans, path: str, resource: str, status: int) -> None:
    answered = ask(vedette.instrument_asgi(app), path)
    assert (answered.status, answered.body) == (status, b"answer")
    made, statement = spans()
    assert made == request(resource, path, status)
    assert statement["parent"] == "asgi.request"


@pytest.mark.parametrize("app", [double, Double])
def test_applications_that_are_called_twice(app: Any, spans: Spans) -> None:
    traced = vedette.instrument_asgi(app)

    async def single_callable(scope: Any, receive: Any, send: Any) -> None:
        await traced(scope)(receive, send)

    assert ask(single_callable, "/").body == b"answer"
    assert spans()[0] == request("GET 200", "/")


def test_an_exception(spans: Spans) -> None:
    with pytest.raises(LookupError, match="mine"):
        ask(vedette.instrument_asgi(single), "/broken")
    span = spans.one()
    assert (span["error"], span["failure"]) == (True, ("LookupError", "mine"))


def test_lifespan_is_left_alone(spans: Spans) -> None:
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    run(vedette.instrument_asgi(single)({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert spans() == []


def test_never_twice(spans: Spans) -> None:
    once = vedette.instrument_asgi(single)
    assert vedette.instrument_asgi(once) is once

    async def middleware(scope: Any, receive: Any, send: Any) -> None:
        await once(scope, receive, send)

    ask(vedette.instrument_asgi(middleware), "/")
    assert [span["name"] for span in spans()] == ["asgi.request", "sqlite.query"]


def test_a_framework_within_names_the_request(spans: Spans) -> None:
    applications = pytest.importorskip("starlette.applications")
    responses = pytest.importorskip("starlette.responses")
    routing = pytest.importorskip("starlette.routing")

    async def user(request: Any) -> Any:
        return responses.PlainTextResponse(request.path_params["id"])

    app = applications.Starlette(routes=[routing.Route("/users/{id}", user)])
    assert ask(vedette.instrument_asgi(app), "/users/7").body == b"7"
    span = spans.one()
    assert (span["name"], span["service"], span["resource"]) == ("starlette.request", "starlette", "GET /users/{id}")
    assert span["attributes"]["component"] == "starlette"


def test_a_trace_is_continued(spans: Spans, option: Any) -> None:
    traced = vedette.instrument_asgi(single)
    headers = {"traceparent": f"00-{7:032x}-{9:016x}-01"}
    ask(traced, "/", headers=headers)
    spans()
    assert (spans.last[0]["trace_id"], spans.last[0]["parent_id"]) == (7, 9)
    option("asgi", distributed_tracing=False)
    ask(traced, "/", headers=headers)
    spans()
    assert spans.last[0]["trace_id"] != 7


def test_websockets(spans: Spans, option: Any) -> None:
    traced = vedette.instrument_asgi(single)
    talk(traced, "/socket", [text("ab")])
    handshake, *others = spans()
    assert (handshake["resource"], handshake["attributes"]["http.response.status_code"]) == ("websocket 101", 101)
    assert handshake["attributes"]["asgi.version"] == "3.0"
    names = [(span["name"], span.get("parent"), span.get("links")) for span in others]
    assert names == [
        ("websocket.receive", None, 1),
        ("sqlite.query", "websocket.receive", None),
        ("websocket.send", "websocket.receive", 1),
    ]
    option("asgi", websocket_separate_traces=False)
    talk(traced, "/socket", [text("ab")])
    spans()
    assert len({span["trace_id"] for span in spans.last}) == 1
    option("asgi", trace_websocket=False)
    talk(traced, "/socket", [text("ab")])
    assert [span["name"] for span in spans()] == ["sqlite.query"]


@pytest.mark.parametrize("app", [single, double], ids=["asgi3", "asgi2"])
def test_by_asgirefs_own_driver(spans: Spans, app: Any) -> None:
    testing = pytest.importorskip("asgiref.testing")
    before_three = getattr(asgiref, "__version__", "2").startswith("2")
    if before_three and app is single:
        pytest.skip("asgiref 2 drives ASGI 2 alone")

    async def driven() -> Any:
        scope = scope_of("/")
        communicator = testing.ApplicationCommunicator(vedette.instrument_asgi(app), scope)
        await communicator.send_input({"type": "http.request"})
        return [(await communicator.receive_output(5))["type"] for _ in range(3)]

    assert run(driven()) == ["http.response.start", "http.response.body", "http.response.body"]
    assert spans()[0] == request("GET 200", "/")


def test_what_is_returned_is_as_the_application(spans: Spans) -> None:
    app = Single()
    traced = vedette.instrument_asgi(app)
    assert traced.name == "its own"
    assert traced.application is app
    assert inspect.iscoroutinefunction(type(traced).__call__)
    assert pickle.loads(pickle.dumps(vedette.instrument_asgi(single))).application is single
    assert copy.copy(vedette.instrument_asgi(single)).application is single
    assert vedette.instrument_asgi(None) is None


@pytest.fixture
def servers(instrument: Any) -> None:
    pytest.importorskip("uvicorn")
    pytest.importorskip("hypercorn.app_wrappers")
    instrument("asgi")
    instrument("asgi_servers")


def fetched(port: int, path: str = "/") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    try:
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("serving", [uvicorned, hypercorned])
@pytest.mark.parametrize("app", [single, double], ids=["asgi3", "asgi2"])
def test_servers_trace_what_they_serve(serving: Any, app: Any, spans: Spans) -> None:
    if serving is hypercorned and app is double:
        pytest.skip("hypercorn serves ASGI 3 alone")
    with serving(app) as port:
        assert fetched(port) == b"answer"
    made = spans(2)
    assert [span["name"] for span in made] == ["asgi.request", "sqlite.query"]
    assert made[0]["attributes"]["url.full"] == f"http://127.0.0.1:{port}/"


@pytest.mark.usefixtures("servers")
def test_what_is_traced_already_is_not_traced_again(spans: Spans) -> None:
    with uvicorned(vedette.instrument_asgi(single)) as port:
        fetched(port)
    assert [span["name"] for span in spans(2)] == ["asgi.request", "sqlite.query"]


SERVED = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    import vedette
    await send({"type": "http.response.start", "status": 200, "headers": []})
    span = vedette.current_span()
    await send({"type": "http.response.body", "body": (span.name if span else "none").encode()})
"""


@contextlib.contextmanager
def command(tmp_path: Any, *arguments: str, on: str = "true") -> Iterator[int]:
    """A server in a process of its own, by its command line."""
    import os
    import socket

    (tmp_path / "served.py").write_text(SERVED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = os.path.dirname(os.path.dirname(os.path.abspath(vedette.__file__)))
    path = os.pathsep.join((source, str(tmp_path), os.environ.get("PYTHONPATH", "")))
    environment = {
        **os.environ,
        "VEDETTE_ASGI_ENABLED": on,
        "PYTHONPATH": path,
        "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
    }
    run_by = [sys.executable, "-m", "vedette", "run", "--", sys.executable, "-m"]
    with subprocess.Popen(
        [*run_by, *(part.format(port=port) for part in arguments)],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield port
        finally:
            process.terminate()
            threading.Timer(5, process.kill).start()


COMMANDS = {
    "uvicorn": ("uvicorn", "served:app", "--port", "{port}"),
    "hypercorn": ("hypercorn", "served:app", "-b", "127.0.0.1:{port}"),
    "daphne": ("daphne", "served:app", "-p", "{port}", "-b", "127.0.0.1"),
    "gunicorn": ("gunicorn", "served:app", "-k", "uvicorn.workers.UvicornWorker", "-b", "127.0.0.1:{port}"),
}


def answered(port: int) -> bytes:
    """What a server answers that may have to start first."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            return fetched(port)
        time.sleep(0.1)
    raise AssertionError("no answer")


@pytest.mark.parametrize("server", list(COMMANDS))
def test_by_an_environment_variable(tmp_path: Any, server: str) -> None:
    pytest.importorskip(server)
    if server == "daphne" and getattr(asgiref, "__version__", "2").startswith("2"):
        pytest.skip("what goes with asgiref 2 runs on no CPython from 3.10 on")
    if server == "gunicorn":
        pytest.importorskip("uvicorn.workers")
    with command(tmp_path, *COMMANDS[server]) as port:
        assert answered(port) == b"asgi.request"


def test_not_without_it(tmp_path: Any) -> None:
    with command(tmp_path, *COMMANDS["uvicorn"], on="false") as port:
        assert answered(port) == b"none"
