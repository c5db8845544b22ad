"""A statement on an SQLite database in memory, each a trace of its own: what the driver's integration adds."""

from __future__ import annotations

import sqlite3
import time

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

WARM, BURSTS, STATEMENTS = 1000, 6, 1000

BENCHMARK = Benchmark(
    "sql",
    (Promise("seconds", "added to a statement (SQLite)", "µs", 1 / 6, 1 / 12, 1e6, added=True),),
    in_process(__file__, launched=True),
)


def work(cursor: sqlite3.Cursor, statements: int) -> None:
    """Statements that have nearly nothing to do."""
    for _ in range(statements):
        cursor.execute("select 1")


def measure() -> Measured:
    """CPU seconds of the process per statement, with encoding and sending."""
    cursor = sqlite3.connect(":memory:").cursor()
    tracer = under_test()
    work(cursor, WARM)
    tracer.flush()
    before = time.process_time()
    for _ in range(BURSTS):
        work(cursor, STATEMENTS)
        tracer.flush()
    return {"seconds": (time.process_time() - before) / (BURSTS * STATEMENTS)}


if __name__ == "__main__":
    report(measure())
