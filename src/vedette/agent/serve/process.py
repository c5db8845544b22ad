"""The running agent: its sockets, its signals, its beginning and its end."""

from __future__ import annotations

import contextlib
import errno
import http.client
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType

import uvicorn

from vedette import _native
from vedette.agent.counters import Counters
from vedette.agent.options import Options
from vedette.agent.receive.intake import Intake
from vedette.agent.serve.application import Agent
from vedette.agent.serve.context import Context
from vedette.agent.store import Database, Writer

BACKLOG = 512


class CannotListen(Exception):
    """A port can't be had; the text says why and what to do."""


class Server(uvicorn.Server):
    """uvicorn, with signals that end the process with exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes over the signals that ask for an end; uvicorn's own way would end the process by that signal."""

        def leave(signum: int, frame: FrameType | None) -> None:
            self.force_exit = self.should_exit
            self.should_exit = True

        before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(options: Options, ready: Callable[[Options], None]) -> Counters:
    """Runs an agent until it is told to stop; `ready` is called with the ports that it got.

    Raises:
        CannotListen: a port is in use or not allowed.
        StoreError: the database can't be used.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(_listen(options.host, port, name)) for port, name in _ports(options)]
        options = replace(options, port=_port_of(sockets[0]), otlp_port=_port_of(sockets[1]))
        database = Database(options.data, memory_limit="1GB" if options.data is None else "256MB")
        stack.callback(database.close)
        counters = Counters()
        writer = Writer(database, counters, options.limits, options.retention)
        writer.start()
        stack.callback(writer.stop)
        _serve(options, Context(options, database, writer, counters), sockets, ready)
    return counters


def _serve(options: Options, context: Context, sockets: list[socket.socket], ready: Callable[[Options], None]) -> None:
    intake = Intake(_native.decode_rows, context.writer, context.counters, options.limits)
    config = uvicorn.Config(
        Agent(context, intake),
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=900,
        timeout_keep_alive=75,  # tracers keep a connection between flushes
        timeout_graceful_shutdown=1,
    )
    ready(options)
    Server(config).run(sockets)


def _ports(options: Options) -> list[tuple[int, str]]:
    return [(options.port, "--port"), (options.otlp_port, "--otlp-port")]


def _port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def _listen(host: str, port: int, option: str) -> socket.socket:
    """A listening socket; connections made from now on wait until the server runs."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host!r}: {error.strerror or error}. Choose another --host.") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise CannotListen(explain(error, host, port, option)) from error
    return listening


def explain(error: OSError, host: str, port: int, option: str) -> str:
    """Why a port can't be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        what = f"port {port} on {host} is in use{_by_whom(host, port)}"
        return f"{what}. Stop that, or choose another with {option} (0: any free one)."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission to listen on port {port}. Choose one above 1023 with {option}."
    return f"cannot listen on {host} port {port}: {error.strerror or error}."


def _by_whom(host: str, port: int) -> str:
    """Asks whoever has the port what it is."""
    connection = http.client.HTTPConnection(host if host not in ("0.0.0.0", "::") else "127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/info")
        told = connection.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    if b'"vedette"' in told:
        return " by another vedette agent"
    return " by a Datadog Agent" if b'"endpoints"' in told else " by another web server"
