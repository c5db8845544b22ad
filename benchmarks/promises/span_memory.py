"""Bytes held per finished span of a 1,000-span trace whose root is still open."""

from __future__ import annotations

import os

from benchmarks.memory import resident
from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

TRACES, SPANS = 60, 1000

BENCHMARK = Benchmark(
    "span_memory",
    (Promise("bytes", "held per span of a 1,000-span trace", "bytes", 1 / 2, 1 / 3, 1),),
    in_process(__file__, launched=False),
)


def measure() -> Measured:
    """Growth of resident memory over many such traces."""
    tracer = under_test()
    os.environ.update(tracer.FULL_TRACE)
    tracer.start()
    warm = [tracer.open_trace(SPANS) for _ in range(5)]
    before = resident()
    held = [tracer.open_trace(SPANS) for _ in range(TRACES)]
    growth = resident() - before
    del warm
    return {"bytes": growth / (len(held) * SPANS)}


if __name__ == "__main__":
    report(measure())
