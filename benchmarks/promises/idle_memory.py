"""Memory that the launcher adds to a process that does nothing."""

from __future__ import annotations

import time

from benchmarks.memory import resident
from benchmarks.promise import Benchmark, Measured, Promise, in_process, report

SETTLE_SECONDS = 1.0
MIB = 1 / (1 << 20)

BENCHMARK = Benchmark(
    "idle_memory",
    (Promise("bytes", "memory added to an idle process", "MiB", 1 / 3, 1 / 6, MIB, added=True),),
    in_process(__file__, launched=True),
)

if __name__ == "__main__":
    time.sleep(SETTLE_SECONDS)
    measured: Measured = {"bytes": resident()}
    report(measured)
