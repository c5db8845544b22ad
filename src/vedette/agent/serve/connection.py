"""One connection to the agent: what a client may do before its request is whole, and so before anybody asks who it is.

uvicorn bounds neither the time nor the size of a request's head (h11 the size, httptools nothing): a few hundred
clients that never finish theirs would keep everybody else out.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from vedette.agent.counters import Counters

HEAD_SECONDS = 20.0
"""Time that a client has for the head of a request, and for what is left of a body when the answer is given."""
HEAD_BYTES = 64 << 10
"""Of a head: as much as browsers and proxies send at most."""
AT_ONCE = 800
"""Connections; for one more, the one that has kept the agent waiting for longest goes."""


class Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # one of two classes, whichever is there
    """uvicorn's protocol, within bounds."""

    counters: ClassVar[Counters]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        super().connection_made(transport)
        self._head = 0
        """Bytes of a head that is not whole."""
        self._waiting: asyncio.TimerHandle | None = None
        self._wait()
        if len(self.connections) > AT_ONCE:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """It has sent something."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before or not self._is_waiting():
            self._head = 0
        else:
            self._head += len(data)
        if self._is_busy() or self.transport.is_closing():
            self._stop_waiting()
        elif self._head > HEAD_BYTES:
            self._end("too_large")
        elif self._head == len(data) or self._waiting is None:  # the first bytes of a head begin its time
            self._stop_waiting()
            self._wait()

    def on_response_complete(self) -> None:
        """A request has been answered."""
        super().on_response_complete()
        if not self._is_busy() and not self.transport.is_closing():
            self._wait(self.timeout_keep_alive)

    def send_400_response(self, msg: str) -> None:
        """What it has sent is no HTTP."""
        self.counters.add("dropped.bad_request")
        super().send_400_response(msg)

    def _is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _is_waiting(self) -> bool:
        """Whether what comes next is the head of a request."""
        return self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body)

    def _wait(self, seconds: float | None = None) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(seconds or HEAD_SECONDS, self._too_late)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_late(self) -> None:
        self._waiting = None
        if not self._is_busy():
            self._end("slow" if self._head else "")

    def _end(self, reason: str) -> None:
        if reason:
            self.counters.add(f"dropped.{reason}")
        self._stop_waiting()
        self.transport.close()

    def _make_room(self) -> None:
        """Ends the connection that has been waited for longest, if there is one."""
        waiting = [(other._waiting.when(), id(other), other) for other in self.connections if other._waiting]
        if len(waiting) > 1:
            _, _, oldest = min(waiting)
            oldest._end("crowded")
            self.connections.discard(oldest)


def counted(counters: Counters) -> Any:
    """The class of connections that count what they end."""
    return type("CountedConnection", (Connection,), {"counters": counters})


def allow_files() -> None:
    """Lets this process have as many connections as it takes: systems allow 256 to 1,024 files unless asked."""
    if sys.platform == "win32":  # which has no such limit
        return
    import resource  # not on Windows

    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * AT_ONCE if most == resource.RLIM_INFINITY else min(4 * AT_ONCE, most)
    if few != resource.RLIM_INFINITY and few < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
