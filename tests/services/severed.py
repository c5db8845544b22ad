"""A way to a server that can be cut in the middle of an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Severed:
    """Forwards connections to a port on loopback. After ``cut(n)`` it hands over n more bytes of answers, then ends."""

    def __init__(self, listening: socket.socket, target: int) -> None:
        self.port = int(listening.getsockname()[1])
        self._listening = listening
        self._target = target
        self._left: int | None = None

    def cut(self, after: int = 0) -> None:
        """The server goes away after so many more bytes."""
        self._left = after

    def serve(self) -> None:
        """Accepts until the socket is closed."""
        with contextlib.suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._target))
                for source, sink, is_answer in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._forward, args=(source, sink, is_answer), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                left = self._left if is_answer else None
                sink.sendall(piece if left is None else piece[:left])
                if left is not None and len(piece) >= left:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def severed(target: int) -> Iterator[Severed]:
    """A way to the server on port ``target``."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        way = Severed(listening, target)
        threading.Thread(target=way.serve, daemon=True).start()
        yield way
        listening.shutdown(socket.SHUT_RDWR)
