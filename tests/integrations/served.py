"""Applications served in a thread of the tests: by uvicorn and hypercorn, and by servers of WSGI."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from typing import Any

import pytest


@contextlib.contextmanager
def uvicorned(app: Any) -> Iterator[int]:
    """The port at which uvicorn serves `app`."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="on"))
    with _bound() as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def hypercorned(app: Any) -> Iterator[int]:
    """The port at which hypercorn serves `app`."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    with _bound() as listener:
        config = Config()
        config.bind = [f"fd://{os.dup(listener.fileno())}"]
        config.errorlog = None
        loop = asyncio.new_event_loop()
        trigger: list[asyncio.Event] = []

        async def main() -> None:
            trigger.append(asyncio.Event())
            await serve(app, config, shutdown_trigger=trigger[0].wait)

        thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        loop.call_soon_threadsafe(trigger[0].set)
        thread.join(10)
        loop.close()


def _bound() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _wsgiref(app: Any) -> Any:
    class Quiet(wsgiref.simple_server.WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet)
    return server.server_port, server.serve_forever, server.shutdown, server.server_close


def _waitress(app: Any) -> Any:
    server = pytest.importorskip("waitress").create_server(app, host="127.0.0.1", port=0, threads=1)
    return int(server.effective_port), server.run, server.close, server.task_dispatcher.shutdown


def _werkzeug(app: Any) -> Any:
    serving = pytest.importorskip("werkzeug.serving")

    class Quiet(serving.WSGIRequestHandler):  # type: ignore[misc,name-defined]
        def log(self, *_: Any) -> None:
            """Nothing."""

    server = serving.make_server("127.0.0.1", 0, app, request_handler=Quiet)
    return server.server_port, server.serve_forever, server.shutdown, server.server_close


def _cheroot(app: Any) -> Any:
    server = pytest.importorskip("cheroot.wsgi").Server(("127.0.0.1", 0), app, numthreads=1)
    server.prepare()
    return server.bind_addr[1], server.serve, server.stop, lambda: None


WSGI_SERVERS = {"wsgiref": _wsgiref, "waitress": _waitress, "werkzeug": _werkzeug, "cheroot": _cheroot}


@contextlib.contextmanager
def serving(name: str, app: Any) -> Iterator[int]:
    """The port at which one of these serves `app`."""
    port, serve, stop, close = WSGI_SERVERS[name](app)
    thread = threading.Thread(target=_quietly, args=(serve,), daemon=True)
    thread.start()
    try:
        yield port
    finally:
        stop()
        close()
        thread.join(5)


def _quietly(serve: Any) -> None:
    with contextlib.suppress(OSError):  # of sockets that are closed while they are waited for
        serve()
