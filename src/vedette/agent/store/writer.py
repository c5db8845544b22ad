"""The one thread that writes. Receivers hand over rows and go on; what the queue can't hold is refused and counted."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import duckdb

from vedette.agent.counters import Counters
from vedette.agent.options import Limits, Retention
from vedette.agent.store.database import Database, StoreError
from vedette.agent.store.retention import sweep
from vedette.agent.store.rows import COLUMNS

Row = tuple[Any, ...]
"""A `SpanRow`, or a plain tuple of the same columns, as the native decoder makes them."""

# One JSON text per batch, taken apart by DuckDB: 20,000 spans/s with version 1.4 as with 2.0 (nine attributes each, on
# a busy machine of two cores). `executemany` takes 1,600; lists as parameters 84,000 with 2.0, but 400 with 1.4.
BATCH = 5_000
"""Most spans of one write; more gain nothing."""
GATHER = 0.15
"""Seconds to wait for more spans before a write: one transaction costs the same for one span or for thousands."""
SWEEP = 10.0
"""Seconds between two looks at retention."""
FORM = json.dumps({name: [kind] for name, kind in COLUMNS})
VALUES = ", ".join(f'unnest(batch."{name}")' for name, _ in COLUMNS)
INSERT = f"""
    INSERT INTO spans
    SELECT unnest(range(?::BIGINT, ?::BIGINT)), ?::UBIGINT, {VALUES}
    FROM (SELECT from_json_strict(?, '{FORM}') AS batch)
"""
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
    """Stores rows in the background, in the order in which they come."""

    def __init__(self, database: Database, counters: Counters, limits: Limits, retention: Retention) -> None:
        self._database = database
        self._counters = counters
        self._limits = limits
        self._retention = retention
        self._queue: deque[tuple[Sequence[Row], int]] = deque()
        self._queued_spans = 0
        self._queued_bytes = 0
        self._writing = False
        self._stopping = False
        self._changed = threading.Condition()
        self._complaint = ""
        self._cursor = database.cursor()
        self.seq = self._last_seq()
        """Number of the newest stored span; grows with every write."""
        self._thread = threading.Thread(target=self._run, name="vedette-store", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def offer(self, rows: Sequence[Row], size: int) -> bool:
        """Takes rows that came from `size` bytes; False, and nothing taken, when too much is waiting already."""
        with self._changed:
            full = self._queued_spans + len(rows) > self._limits.queued_spans
            if self._queue and (full or self._queued_bytes + size > self._limits.queued_bytes):
                self._counters.add("dropped.queue_full", len(rows))
                return False
            self._queue.append((rows, size))
            self._queued_spans += len(rows)
            self._queued_bytes += size
            self._changed.notify_all()
            return True

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
            if self._queued_spans:
                self._counters.add("dropped.stopped", self._queued_spans)

    def _run(self) -> None:
        next_sweep = time.monotonic()
        while not (self._stopping and not self._queue):
            rows = self._gather()
            if rows:
                self._store(rows)
            if time.monotonic() >= next_sweep:
                self._sweep()
                next_sweep = time.monotonic() + SWEEP

    def _gather(self) -> list[Row]:
        """The next batch, after a short wait for company."""
        with self._changed:
            if not self._queue:
                self._changed.wait(1.0)
            if self._queue and not self._stopping:
                self._changed.wait_for(lambda: self._stopping or self._queued_spans >= BATCH, GATHER)
            rows: list[Row] = []
            while self._queue and len(rows) < BATCH:
                part, size = self._queue.popleft()
                rows.extend(part)
                self._queued_spans -= len(part)
                self._queued_bytes -= size
            self._writing = bool(rows)
            return rows

    def _store(self, rows: list[Row]) -> None:
        try:
            stored = self._insert(rows)
            self._counters.add("spans.stored", stored)
        except Exception as error:  # whatever went wrong, reception goes on
            self._counters.add("dropped.storage", len(rows))
            self._complain(error)
            self._recover(error)
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _insert(self, rows: list[Row]) -> int:
        """Stores rows, in halves if some of them can't be; the number of those that could."""
        batch = json.dumps({name: column for (name, _), column in zip(COLUMNS, zip(*rows))})
        try:
            self._cursor.execute(INSERT, [self.seq + 1, self.seq + 1 + len(rows), time.time_ns(), batch])
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            if len(rows) == 1:
                self._counters.add("dropped.bad_span")
                self._complain(error)
                return 0
            half = len(rows) // 2
            return self._insert(rows[:half]) + self._insert(rows[half:])
        self.seq += len(rows)
        return len(rows)

    def _sweep(self) -> None:
        try:
            for reason, count in sweep(self._cursor, self._retention, self._database.path is None).items():
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
            self.seq = max(self.seq, self._last_seq())
        except (StoreError, duckdb.Error) as again:
            self._complain(again)

    def _complain(self, error: Exception) -> None:
        """Says a trouble once, not for every batch that it concerns."""
        text = str(error).strip().split("\n")[0]
        kind = type(error).__name__
        if kind != self._complaint:
            self._complaint = kind
            print(f"vedette agent: spans could not be stored (counted as dropped): {text}", file=sys.stderr, flush=True)

    def _last_seq(self) -> int:
        row = self._cursor.execute("SELECT coalesce(max(seq), 0) FROM spans").fetchone()
        return int(row[0]) if row else 0
