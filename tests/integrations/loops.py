"""Applications with servers of their own, served by the event loop of a thread."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any


class Loop:
    """An event loop that runs in a thread of its own."""

    def __init__(self) -> None:
        self.loop: Any = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def run(self, coroutine: Any) -> Any:
        """The result of a coroutine that runs there."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def settle(self) -> None:
        """Waits until what was ready there has run."""
        for _ in range(3):
            self.run(asyncio.sleep(0))

    def rest(self, seconds: float) -> None:
        """Gives it some time."""
        time.sleep(seconds)
        self.settle()

    def ask(
        self, path: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name, and body that the server answers; a list of pieces is sent chunked."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        chunked = isinstance(body, (list, tuple))
        content = iter(body) if chunked else body or None
        try:
            connection.request(method, path, body=content, headers=headers or {}, encode_chunked=chunked)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()
            self.settle()

    def say(self, data: bytes) -> bytes:
        """Everything that is answered to these bytes, until the server closes or is silent for a moment."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as peer:
            peer.sendall(data)
            peer.settimeout(0.3)
            answer = b""
            with contextlib.suppress(OSError):
                while piece := peer.recv(65536):
                    answer += piece
        self.settle()
        return answer


def _bound() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def running(start: Any) -> Iterator[Loop]:
    """A loop in which `await start(listener)` has made a server; what that returned stops it."""
    loop = Loop()
    loop.thread.start()
    listener = _bound()
    loop.port = listener.getsockname()[1]
    stop = loop.run(start(listener))
    try:
        yield loop
    finally:
        loop.run(stop())
        loop.loop.call_soon_threadsafe(loop.loop.stop)
        loop.thread.join(10)
        listener.close()


@contextlib.contextmanager
def aiohttped(app: Any, **options: Any) -> Iterator[Loop]:
    """An application of aiohttp, served."""
    from aiohttp import web

    async def start(listener: socket.socket) -> Any:
        if hasattr(web, "AppRunner"):
            runner = web.AppRunner(app, access_log=None, **options)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            return runner.cleanup
        loop = asyncio.get_event_loop()
        await app.startup()
        server = await loop.create_server(app.make_handler(loop=loop, access_log=None), sock=listener)

        async def stop() -> None:
            server.close()
            await app.cleanup()

        return stop

    with running(start) as loop:
        yield loop


class OwnLoop(Loop):
    """The loop that Tornado had of its own, before 5.0."""

    def _serve(self) -> None:
        self.loop.make_current()
        self.loop.start()

    def run(self, coroutine: Any) -> Any:
        """Whatever is to be waited for: one turn of the loop."""
        if asyncio.iscoroutine(coroutine):
            coroutine.close()
        turned = threading.Event()
        self.loop.add_callback(turned.set)
        assert turned.wait(20)


@contextlib.contextmanager
def _own_loop(app: Any, **options: Any) -> Iterator[Loop]:
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop

    loop = OwnLoop()
    loop.loop.close()
    loop.loop = IOLoop()
    listener = _bound()
    loop.port = listener.getsockname()[1]
    added = threading.Event()

    def start() -> None:
        server = HTTPServer(app, **options)
        server.add_sockets([listener])
        added.set()

    loop.loop.add_callback(start)
    loop.thread.start()
    assert added.wait(20)
    try:
        yield loop
    finally:
        loop.loop.add_callback(loop.loop.stop)
        loop.thread.join(10)
        listener.close()


@contextlib.contextmanager
def tornadoed(app: Any, **options: Any) -> Iterator[Loop]:
    """An application of Tornado, served."""
    import tornado
    from tornado.httpserver import HTTPServer

    if tornado.version_info < (5, 0):
        with _own_loop(app, **options) as own:
            yield own
        return

    async def start(listener: socket.socket) -> Any:
        server = HTTPServer(app, **options)
        server.add_sockets([listener])

        async def stop() -> None:
            server.stop()

        return stop

    with running(start) as loop:
        yield loop


@contextlib.contextmanager
def sanicked(app: Any) -> Iterator[Loop]:
    """An application of Sanic, served by its own server."""

    async def start(listener: socket.socket) -> Any:
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        if hasattr(server, "startup"):
            await server.startup()
            await server.start_serving()

        async def stop() -> None:
            server.close()

        return stop

    with running(start) as loop:
        yield loop
