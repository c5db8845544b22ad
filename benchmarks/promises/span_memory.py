"""Bytes held per finished span, five attributes each, of a 1,000-span trace whose root is still open."""

from __future__ import annotations

import os

from benchmarks.memory import resident
from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

TRACES, SPANS = 100, 1000
# Nothing may leave before its trace is whole. The variables are read when a tracer is imported.
WHOLE_TRACES = {
    "vedette": {"VEDETTE_PARTIAL_FLUSH": "false"},
    "ddtrace": {"DD_TRACE_PARTIAL_FLUSH_ENABLED": "false"},
    # Its spans are exported when they end, not with their trace: they are held in the export queue instead.
    "opentelemetry": {
        "OTEL_BSP_MAX_QUEUE_SIZE": "1000000",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1000000",
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",
    },
}

BENCHMARK = Benchmark(
    "span_memory",
    (Promise("bytes", "held per span of a 1,000-span trace", "bytes", 1 / 2, 1 / 3, 1),),
    in_process(__file__, launched=False),
)


def measure() -> Measured:
    """Growth of resident memory over many such traces."""
    os.environ.update(WHOLE_TRACES[os.environ["BENCH_TRACER"]])
    tracer = under_test()
    tracer.start()
    warm = [tracer.open_trace(SPANS) for _ in range(5)]
    before = resident()
    held = [tracer.open_trace(SPANS) for _ in range(TRACES)]
    growth = resident() - before
    del warm
    return {"bytes": growth / (len(held) * SPANS)}


if __name__ == "__main__":
    report(measure())
