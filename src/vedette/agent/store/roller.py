"""Keeps the figures of quarters of an hour up to date while nobody looks."""

from __future__ import annotations

import sys
import threading
import time

import duckdb

from vedette.agent.store.database import Database
from vedette.agent.store.writer import Writer

BEAT = 5.0
"""Seconds between two looks."""
BREATH = 3
"""What is spent on spans of an earlier version, or many at once, is followed by so many times as long a pause."""


class Roller:
    """A thread that lets the rollups catch up."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._over = threading.Event()
        self._complained = False
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._thread = threading.Thread(target=self._run, name="vedette-rollups", daemon=True)

    @property
    def is_at_work(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self, timeout: float = 0.8) -> None:
        """Ends it; what is left is done after the next start.

        A step that goes on is broken off: a thread that is at work in DuckDB when Python ends takes the process down.
        """
        self._over.set()
        self._thread.join(timeout / 2)
        cursor = self._cursor
        if self._thread.is_alive() and cursor is not None:
            cursor.interrupt()
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            began = time.monotonic()
            more = self._look()
            pause = BREATH * (time.monotonic() - began) if more else BEAT

    def _look(self) -> bool:
        """Does a step; whether there is more to do at once."""
        rollups = self._database.rollups
        try:
            with self._database.cursor() as self._cursor:
                left = rollups.catch_up(self._cursor, self._writer.seq)
                if not self._over.is_set():
                    rollups.merge(self._cursor)
            return left > 0
        except duckdb.InterruptException:
            return False
        except duckdb.Error as error:  # tried again at the next beat, or after the writer has opened the file anew
            if not self._complained:
                self._complained = True
                print(f"vedette agent: figures could not be added up: {error}", file=sys.stderr, flush=True)
            return False
