"""Keeps the inventory up to date while nobody looks: spans may expire before anybody does."""

from __future__ import annotations

import sys
import threading

import duckdb

from vedette.agent.inventory.book import Book
from vedette.agent.store import Database, Writer

BEAT = 5.0
"""Seconds between two looks."""


class Keeper:
    """A thread that lets the book catch up."""

    def __init__(self, book: Book, database: Database, writer: Writer) -> None:
        self._book = book
        self._database = database
        self._writer = writer
        self._over = threading.Event()
        self._complained = False
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._thread = threading.Thread(target=self._run, name="vedette-inventory", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self, timeout: float = 0.8) -> None:
        """Ends it, and saves what has been learned."""
        self._over.set()
        self._thread.join(timeout)
        cursor = self._cursor
        if self._thread.is_alive() and cursor is not None:
            # A thread that is at work in DuckDB when Python ends takes the process down; the rest is learned again.
            cursor.interrupt()
            self._thread.join(timeout)

    def _run(self) -> None:
        self._look(save=False)
        while not self._over.wait(BEAT):
            self._look(save=False)
        self._look(save=True)

    def _look(self, save: bool) -> None:
        try:
            with self._database.cursor() as self._cursor:
                self._book.catch_up(self._cursor, self._writer.seq, save)
        except duckdb.InterruptException:
            return
        except Exception as error:  # tried again at the next beat, or after the writer has opened the file anew
            if not self._complained:
                self._complained = True
                text = f"vedette agent: the API inventory could not be brought up to date: {error}"
                print(text, file=sys.stderr, flush=True)
