"""A client of a shop that only its own server can serve."""

from __future__ import annotations

import http.client
import weakref
from contextlib import AbstractContextManager
from typing import Any

from tests.integrations.loops import Loop
from tests.protection.shop import Answer, Client


class ServedClient(Client):
    """Asks over a socket. The server stops when nobody holds the client any more."""

    loop: Loop

    def serve(self, serving: AbstractContextManager[Loop]) -> None:
        """Starts the server."""
        self.loop = serving.__enter__()
        weakref.finalize(self, serving.__exit__, None, None, None)

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        try:
            status, got, data = self.loop.ask(path, method, headers, body)
        except http.client.IncompleteRead as error:
            raise ConnectionResetError("broken off by the protection") from error
        return Answer(status, data, got)
