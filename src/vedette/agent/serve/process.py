"""The running agent: its parts, its signals, its beginning and its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType

import uvicorn

from vedette.agent.counters import Counters
from vedette.agent.forward.forwarder import Forwarder
from vedette.agent.inventory.keeper import Keeper
from vedette.agent.options import Options
from vedette.agent.receive.grpc import GrpcReceiver, available
from vedette.agent.receive.intake import Intake
from vedette.agent.receive.senders import Senders
from vedette.agent.serve.application import Agent
from vedette.agent.serve.companion import ends
from vedette.agent.serve.connection import allow_files, counted
from vedette.agent.serve.context import Context
from vedette.agent.serve.running import noted
from vedette.agent.serve.sockets import CannotListen, free_port, listen, listen_on_path, port_of
from vedette.agent.serve.token import token_of
from vedette.agent.store import Database, StoreError, Writer
from vedette.agent.store.roller import Roller

__all__ = ["CannotListen", "run"]

GRPC_PORT = 4317
"""Where exporters expect OTLP over gRPC."""


class Server(uvicorn.Server):
    """uvicorn, with the receiver of gRPC beside it, and signals that end the process with exit code 0."""

    def __init__(self, config: uvicorn.Config, grpc: GrpcReceiver | None, until: int | None) -> None:
        super().__init__(config)
        self._grpc = grpc
        self._until = until
        self._watch: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        await self._start_grpc()
        if self._until is not None:
            self._watch = asyncio.create_task(ends(self._until, self._leave))
        await super().startup(sockets)

    async def _start_grpc(self) -> None:
        try:
            if self._grpc is not None:
                await self._grpc.start()
        except RuntimeError:  # gRPC takes no socket: another process was quicker after the port was found free
            self._grpc = None
            print(
                "vedette agent: nothing is received over gRPC: its port is in use by now", file=sys.stderr, flush=True
            )

    def _leave(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what is under way."""
        if self._grpc is not None:
            await self._grpc.stop()
        await super().shutdown(sockets)

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
        StoreError: the database, or the data folder, can't be used.
    """
    allow_files()
    with contextlib.ExitStack() as stack:
        sockets, options = _sockets(options, stack)
        database = Database(options.data, memory_limit="1GB" if options.data is None else "128MB")
        stack.callback(database.close)
        counters, senders = Counters(), Senders()
        forwarder = _forwarder(options, counters)
        writer = Writer(database, counters, options.limits, options.retention)
        context = Context(options, database, writer, counters, senders, forwarder, token_of(options.data))
        stack.enter_context(noted(options))
        stack.callback(forwarder.stop)
        stack.callback(writer.stop)
        forwarder.start()
        writer.start()
        roller, keeper = Roller(database, writer), Keeper(context.book, database, writer)
        for worker in (roller, keeper):
            worker.start()
            stack.callback(worker.stop)
        _serve(context, Intake(writer, counters, options.limits, senders, forwarder), sockets, ready)
    return counters


def _sockets(options: Options, stack: contextlib.ExitStack) -> tuple[list[socket.socket], Options]:
    """What to listen on, and the options with the ports that were free."""
    sockets = [stack.enter_context(listen(options.host, port, name)) for port, name in _ports(options)]
    if options.socket is not None:
        sockets.append(stack.enter_context(listen_on_path(options.socket)))
    ports = (port_of(sockets[0]), port_of(sockets[1]), _grpc_port(options))
    return sockets, replace(options, port=ports[0], otlp_port=ports[1], grpc_port=ports[2], grpc=ports[2] is not None)


def _grpc_port(options: Options) -> int | None:
    """The port for gRPC. That the usual one is taken is no reason not to run, unless it was asked for."""
    if not options.grpc or not available():
        return None
    if options.grpc_port is not None:
        return free_port(options.host, options.grpc_port, "--grpc-port")
    with contextlib.suppress(CannotListen):
        return free_port(options.host, GRPC_PORT, "--grpc-port")
    return None


def _forwarder(options: Options, counters: Counters) -> Forwarder:
    try:
        return Forwarder(list(options.forward), options.data, options.forward_bytes, counters)
    except OSError as error:
        raise StoreError(f"cannot keep what waits to be forwarded: {error}. Choose another --data.") from error


def _serve(context: Context, intake: Intake, sockets: list[socket.socket], ready: Callable[[Options], None]) -> None:
    config = uvicorn.Config(
        Agent(context, intake),
        lifespan="off",
        log_level="error",  # warnings are about what clients send, and would be for them to repeat; they are counted
        http=counted(context.counters),
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=900,
        timeout_keep_alive=75,  # tracers keep a connection between flushes
        timeout_graceful_shutdown=1,
    )
    ready(context.options)
    options = context.options
    grpc = None if options.grpc_port is None else GrpcReceiver(intake, options.host, options.grpc_port, options.limits)
    Server(config, grpc, options.until).run(sockets)


def _ports(options: Options) -> list[tuple[int, str]]:
    return [(options.port, "--port"), (options.otlp_port, "--otlp-port")]
