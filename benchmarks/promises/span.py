"""A root span and one child, five attributes each.

Two figures per span: the time of the application's own thread, and all CPU time of the process, with encoding and
sending. Spans are made in bursts that fit every contender's queue, each burst flushed, so that nobody gains by
dropping.
"""

from __future__ import annotations

import time

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

BURSTS, PAIRS = 30, 1000
MICROSECONDS = 1e6

BENCHMARK = Benchmark(
    "span",
    (
        Promise("thread", "span with five attributes, application's thread", "µs", 1 / 8, 1 / 20, MICROSECONDS),
        Promise("process", "the same, all CPU of the process", "µs", 1 / 8, 1 / 15, MICROSECONDS),
    ),
    in_process(__file__, launched=False),
)


def measure() -> Measured:
    """Seconds per span."""
    tracer = under_test()
    tracer.start()
    tracer.pairs(PAIRS)
    tracer.flush()
    thread, before = 0.0, time.process_time()
    for _ in range(BURSTS):
        started = time.thread_time()
        tracer.pairs(PAIRS)
        thread += time.thread_time() - started
        tracer.flush()
    spans = BURSTS * PAIRS * 2
    return {"thread": thread / spans, "process": (time.process_time() - before) / spans}


if __name__ == "__main__":
    report(measure())
