"""The one thread that writes. Receivers hand over rows and go on; what the queue can't hold is refused and counted."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from vedette.agent.counters import Counters
from vedette.agent.options import Limits, Retention
from vedette.agent.store.database import Database, StoreError, is_full
from vedette.agent.store.queue import FairQueue, Outcome, Parcel
from vedette.agent.store.retention import sweep
from vedette.agent.store.sign_ins import gather, may_be_in
from vedette.agent.store.tables import SPANS, TABLES, Row, Table

BATCH = 5_000
"""Most rows of one write; more gain nothing."""
GATHER = 0.02
"""Seconds to wait for more rows before a write: one transaction costs the same for one row or for thousands. Senders
wait for it too, since they are told that their rows are kept only once that is true."""
SWEEP = 10.0
"""Seconds between two looks at retention."""
# Errors that are about the database. All others are about the values of a row (versions of DuckDB differ in how they
# call them), and the other rows of the batch can still be kept.
DATABASE_ERRORS = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.TransactionException,
    duckdb.ConnectionException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    MemoryError,
)


class Writer:
    """Stores rows in the background, of each sender in the order in which they come."""

    def __init__(self, database: Database, counters: Counters, limits: Limits, retention: Retention) -> None:
        self._database = database
        self._counters = counters
        self._retention = retention
        self._queue = FairQueue(limits)
        self._writing = False
        self._stopping = False
        self._changed = threading.Condition()
        self._complaint = ""
        self.trouble = ""
        """Why the last batch could not be stored; empty when one could."""
        self._cursor = database.cursor()
        self._numbers = {table: self._last_seq(table) for table in TABLES}
        self._thread = threading.Thread(target=self._run, name="vedette-store", daemon=True)

    @property
    def seq(self) -> int:
        """Number of the newest stored span; grows with every write."""
        return self._numbers[SPANS]

    @property
    def waiting(self) -> tuple[int, int]:
        """Rows that are not stored yet, and the bytes of the payloads that they came from."""
        return self._queue.rows, self._queue.size

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def offer(
        self,
        rows: Sequence[Row],
        size: int,
        table: Table = SPANS,
        source: str = "",
        settle: Callable[[Outcome], None] = lambda outcome: None,
    ) -> bool:
        """Takes rows that came from `size` bytes; False, and nothing taken, when too much is waiting already.

        `settle` is told later, by another thread, what became of rows that were taken.
        """
        parcel = Parcel(rows, size, table, source, settle)
        with self._changed:
            refused = self._queue.offer(parcel)
            self._changed.notify_all()
        for lost in refused:
            self._counters.add("dropped.queue_full", len(lost.rows))
            if lost is not parcel:
                lost.settle(Outcome.REFUSED)
        return parcel not in refused

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until all that was taken is stored (or dropped); False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._writing, timeout)

    def stop(self, timeout: float = 0.8) -> None:
        """Stores what waits, for at most `timeout` seconds, and ends the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout)
        with self._changed:
            self._counters.add("dropped.stopped", self._queue.rows)

    def _run(self) -> None:
        next_sweep = time.monotonic()
        while not (self._stopping and not self._queue):
            parcels = self._gather()
            if parcels:
                self._store(parcels)
            if time.monotonic() >= next_sweep:
                self._sweep()
                next_sweep = time.monotonic() + SWEEP

    def _gather(self) -> list[Parcel]:
        """The next batch, after a short wait for company."""
        with self._changed:
            if not self._queue:
                self._changed.wait(1.0)
            if self._queue and not self._stopping:
                self._changed.wait_for(lambda: self._stopping or self._queue.rows >= BATCH, GATHER)
            parcels = self._queue.take(BATCH)
            self._writing = bool(parcels)
            return parcels

    def _store(self, parcels: list[Parcel]) -> None:
        table, outcome = parcels[0].table, Outcome.STORED
        rows = [row for parcel in parcels for row in parcel.rows]
        try:
            first = self._numbers[table] + 1
            self._counters.add(f"{table.name}.stored", self._insert(table, rows))
            self._is_well()
            if table is SPANS and may_be_in(rows):
                self._derive(first)
        except Exception as error:  # whatever went wrong, reception goes on
            outcome = Outcome.FAILED
            self._counters.add("dropped.storage", len(rows))
            self.trouble = _reason(error, self._database.path)
            self._complain(error)
            self._recover(error)
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
        for parcel in parcels:
            parcel.settle(outcome)

    def _derive(self, first: int) -> None:
        """What other tables take from the spans stored from number `first` on; without it the spans are still there."""
        try:
            gather(self._cursor, first)
        except Exception as error:
            self._complain(error)
            self._recover(error)

    def _insert(self, table: Table, rows: list[Row]) -> int:
        """Stores rows, in halves if some of them can't be; the number of those that could."""
        first = self._numbers[table] + 1
        try:
            self._cursor.execute(table.insert, [first, first + len(rows), time.time_ns(), table.batch(rows)])
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            if len(rows) == 1:
                self._counters.add("dropped.bad_span")
                self._complain(error)
                return 0
            half = len(rows) // 2
            return self._insert(table, rows[:half]) + self._insert(table, rows[half:])
        self._numbers[table] += len(rows)
        return len(rows)

    def _sweep(self) -> None:
        try:
            database = self._database
            removed = sweep(self._cursor, self._retention, database.path is None, database.rollups)
            for reason, count in removed.items():
                self._counters.add(f"expired.{reason}", count)
        except Exception as error:  # a failed clean-up is tried again later
            self._complain(error)
            self._recover(error)

    def _recover(self, error: Exception) -> None:
        """After some errors DuckDB refuses all further work until the file is opened again."""
        if not isinstance(error, (duckdb.FatalException, duckdb.InternalException)) and "invalidated" not in str(error):
            return
        try:
            self._database.reopen()
            self._cursor = self._database.cursor()
            for table in TABLES:
                self._numbers[table] = max(self._numbers[table], self._last_seq(table))
        except (StoreError, duckdb.Error) as again:
            self._complain(again)

    def _complain(self, error: Exception) -> None:
        """Says a trouble once, not for every batch that it concerns."""
        kind = type(error).__name__
        if kind != self._complaint:
            self._complaint = kind
            text = _reason(error, self._database.path)
            print(f"vedette agent: spans could not be stored (counted as dropped): {text}", file=sys.stderr, flush=True)

    def _is_well(self) -> None:
        """After a trouble, says that it is over: the next one will be said again."""
        if self.trouble:
            self.trouble = self._complaint = ""
            print("vedette agent: spans are stored again", file=sys.stderr, flush=True)

    def _last_seq(self, table: Table) -> int:
        row = self._cursor.execute(f"SELECT coalesce(max(seq), 0) FROM {table.name}").fetchone()
        return int(row[0]) if row else 0


def _reason(error: Exception, path: Path | None) -> str:
    """An error in one line, with what to do where that is known."""
    first = str(error).strip().split("\n")[0]
    way_out = "make room, or keep less with --max-size; it goes on by itself"
    return f"the disk of {path} is full: {way_out} ({first})" if is_full(error) else first
