"""A way to a server that can be cut in the middle of an answer.

It is a process of its own: some drivers in C keep the interpreter to themselves while they wait for an answer.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Severed:
    """The way: a port on loopback."""

    port: int
    _orders: IO[str]
    _answers: IO[str]

    def cut(self, after: int = 0) -> None:
        """The server goes away after so many more bytes of its answers."""
        self._orders.write(f"{after}\n")
        self._orders.flush()
        self._answers.readline()


@contextlib.contextmanager
def severed(target: int) -> Iterator[Severed]:
    """A way to the server on port ``target`` of loopback."""
    command = [sys.executable, __file__, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Severed(int(process.stdout.readline()), process.stdin, process.stdout)
        finally:
            process.kill()


class Way:
    """The process's side."""

    def __init__(self, target: int) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.left: int | None = None
        self._target = target

    def serve(self) -> None:
        """Accepts for ever."""
        while True:
            client = self.listening.accept()[0]
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, sink, is_answer in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._forward, args=(source, sink, is_answer), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                left = self.left if is_answer else None
                sink.sendall(piece if left is None else piece[:left])
                if left is not None and len(piece) >= left:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    way = Way(int(sys.argv[1]))
    threading.Thread(target=way.serve, daemon=True).start()
    print(way.listening.getsockname()[1], flush=True)
    for order in sys.stdin:
        way.left = int(order)
        print("cut", flush=True)
