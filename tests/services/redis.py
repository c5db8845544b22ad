"""Redis: one server, or a cluster of three, per session.

The hello is spoken over a plain socket, so that a test environment without the ``redis`` client can still wait for
the server.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.services import process

SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))


@dataclass(frozen=True)
class Redis:
    """A running server."""

    port: int
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """The address as clients take it."""
        return f"redis://{self.host}:{self.port}/0"

    def flush(self) -> None:
        """Empty every database."""
        ask(self.port, "FLUSHALL")


@dataclass(frozen=True)
class RedisCluster:
    """Three running nodes without replicas."""

    ports: tuple[int, ...]
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """The address of the first node."""
        return f"redis://{self.host}:{self.ports[0]}"


def ask(port: int, *words: str) -> str:
    """Send one command, return the answer's first line, or the body of a bulk answer."""
    encoded = [word.encode() for word in words]
    command = b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection, connection.makefile("rb") as answer:
        connection.sendall(command)
        first = answer.readline().decode().rstrip()
        return answer.read(int(first[1:])).decode() if first.startswith("$") else first


def binary() -> str:
    """Where redis-server is; gives the test up if it is nowhere."""
    return shutil.which("redis-server") or process.missing("redis-server is not installed")


def _command(program: str, home: Path, port: int, *more: str) -> list[str]:
    base = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(home)]
    return process.unprivileged([*base, *more])


def _ready(port: int) -> bool:
    return ask(port, "PING") == "+PONG"


@contextlib.contextmanager
def running() -> Iterator[Redis]:
    """One server without persistence."""
    program = binary()
    with process.served("redis", lambda home, port: _command(program, home, port), _ready) as port:
        yield Redis(port)


@contextlib.contextmanager
def running_cluster() -> Iterator[RedisCluster]:
    """Three nodes that know each other and own all slots."""
    program = binary()
    with contextlib.ExitStack() as nodes:
        # The default bus port is the port plus 10000, which a high ephemeral port does not have.
        buses = process.free_ports(len(SLOTS))
        ports = [nodes.enter_context(_node(program, bus)) for bus in buses]
        _join(ports, buses)
        yield RedisCluster(tuple(ports))


def _node(program: str, bus: int) -> contextlib.AbstractContextManager[int]:
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-port", str(bus))
    return process.served("redis-node", lambda home, port: _command(program, home, port, *options), _ready)


def _join(ports: list[int], buses: list[int]) -> None:
    for epoch, (port, (first, last)) in enumerate(zip(ports, SLOTS), start=1):
        ask(port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
        ask(port, "CLUSTER", "SET-CONFIG-EPOCH", str(epoch))
    for port, bus in zip(ports[1:], buses[1:]):
        ask(ports[0], "CLUSTER", "MEET", "127.0.0.1", str(port), str(bus))
    process.wait_until(lambda: all(map(_joined, ports)), None, Path("/nonexistent"))


def _joined(port: int) -> bool:
    state = ask(port, "CLUSTER", "INFO")
    return "cluster_state:ok" in state and f"cluster_known_nodes:{len(SLOTS)}" in state
