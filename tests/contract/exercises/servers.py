"""Applications of no framework, and the servers that are given them."""

from __future__ import annotations

import http.client
import os
from typing import Any

from tests.contract.exercises.exercise import exercise, failure
from tests.integrations import asgi_client, wsgi_client
from tests.integrations.served import WSGI_SERVERS, hypercorned, serving, uvicorned
from vedette.instrument.families import traced_asgi, traced_wsgi

PATHS = ("/page?q=1", "/stream", "/broken", "/nowhere")


def application(environ: Any, start_response: Any) -> Any:
    """Of WSGI."""
    path, body = environ["PATH_INFO"], environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if path == "/broken":
        raise LookupError("mine")
    written = start_response("404 Not Found" if path == "/nowhere" else "200 OK", [("Content-Type", "text/plain")])
    if path == "/stream":
        written(b"written ")
        return iter([b"one", b"two"])
    return [b"page ", body]


async def asynchronous(scope: Any, receive: Any, send: Any) -> None:
    """Of ASGI."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            await send({"type": f"{(await receive())['type']}.complete"})
        return
    if scope["path"] == "/broken":
        raise LookupError("mine")
    message = await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": (await receive())["text"]})
        return
    status = 404 if scope["path"] == "/nowhere" else 200
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-mine", b"1")]})
    await send({"type": "http.response.body", "body": b"page ", "more_body": True})
    await send({"type": "http.response.body", "body": message["body"]})


class Double:
    """Of ASGI 2."""

    def __init__(self, scope: Any) -> None:
        self.scope = scope

    async def __call__(self, receive: Any, send: Any) -> None:
        await asynchronous(self.scope, receive, send)


@exercise("wsgi")
def wsgi(_: Any) -> Any:
    app = traced_wsgi.traced(application)
    asked = [(path, wsgi_client.begin(app, path)) for path in PATHS if path != "/broken"]
    answers = [(path, wsgi_client.finished(answered)) for path, answered in asked]
    answers.append(("", wsgi_client.ask(app, "/page", "POST", body=b"hello")))
    told = [(path, answered.status, answered.body, answered.pairs) for path, answered in answers]
    return told, failure(wsgi_client.ask, app, "/broken")


@exercise("asgi")
def asgi(_: Any) -> Any:
    app, double = traced_asgi.traced(asynchronous), traced_asgi.traced(Double)

    async def single(scope: Any, receive: Any, send: Any) -> None:
        await double(scope)(receive, send)

    answers = [asgi_client.ask(each, path, body=b"hello") for each in (app, single) for path in PATHS[:2]]
    answers += [asgi_client.ask(app, "/nowhere", "POST"), asgi_client.talk(app, "/socket", [asgi_client.text("a")])]
    failures = [failure(asgi_client.ask, each, "/broken") for each in (app, single)]
    return [answered.sent for answered in answers], failures


def fetched(port: int, path: str) -> Any:
    """Status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, body=b"hello")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@exercise("wsgi_servers")
def wsgi_servers(_: Any) -> Any:
    answers = []
    for name in WSGI_SERVERS:
        with serving(name, application) as port:
            answers.append((name, fetched(port, "/page"), fetched(port, "/nowhere")))
    return answers


@exercise("asgi_servers")
def asgi_servers(_: Any) -> Any:
    from daphne.server import Server

    answers = []
    for served in (uvicorned, hypercorned):
        with served(asynchronous) as port:
            answers.append((fetched(port, "/page"), fetched(port, "/nowhere")))
    return answers, [asgi_client.ask(made.application, "/page").sent for made in servers_of(Server)]


def servers_of(kind: Any) -> Any:
    """Daphne's; its reactor would run once per process."""
    return kind(asynchronous, endpoints=["tcp:0"]), kind(application=asynchronous, endpoints=["tcp:0"])


@exercise("gunicorn")
def gunicorn(_: Any) -> Any:
    """A worker as the arbiter makes it before the fork."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.workers.sync import SyncWorker

    class App(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            """None."""

        def load(self) -> Any:
            """The application."""
            return application

    app = App()
    worker = SyncWorker(1, os.getpid(), [], app, 30, app.cfg, app.cfg.logger_class(app.cfg))
    worker.load_wsgi()
    answered = wsgi_client.ask(worker.wsgi, "/page", "POST", body=b"hello")
    return answered.status, answered.body, failure(wsgi_client.ask, worker.wsgi, "/broken")
