"""What every page and API call needs: a cursor, the counters, and a thread to wait in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
import duckdb

from vedette.agent.counters import Counters
from vedette.agent.forward.forwarder import Forwarder
from vedette.agent.inventory.book import Book
from vedette.agent.options import Options
from vedette.agent.receive.flares import Flares
from vedette.agent.receive.senders import Senders
from vedette.agent.remote.desk import Desk
from vedette.agent.serve.token import token_of
from vedette.agent.store import Database, Writer

T = TypeVar("T")


class Context:
    """The parts of a running agent."""

    def __init__(
        self,
        options: Options,
        database: Database,
        writer: Writer,
        counters: Counters,
        senders: Senders | None = None,
        forwarder: Forwarder | None = None,
        token: str = "",
    ) -> None:
        self.options = options
        self.writer = writer
        self.counters = counters
        self.senders = senders or Senders()
        self.forwarder = forwarder
        self.token = token or token_of(None)
        """What allows changes, see `NeedsToken`; pages put it into the header `X-Vedette-Token`."""
        self.desk = Desk(database.cursor, options.data)
        """Remote configuration."""
        self.flares = Flares()
        """What processes told of themselves when they were asked."""
        self.book = Book()
        self.senders.on_endpoints = self.book.announce
        self._database = database
        self._slots: anyio.CapacityLimiter | None = None

    async def ask(self, question: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Runs a query in a thread, with a cursor of its own; at most four at once, the others wait."""
        self._slots = self._slots or anyio.CapacityLimiter(4)
        return await anyio.to_thread.run_sync(self._answer, question, limiter=self._slots)

    def _answer(self, question: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        cursor = self._database.cursor()
        try:
            return question(cursor)
        finally:
            cursor.close()
