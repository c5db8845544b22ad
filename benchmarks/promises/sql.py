"""A statement of each SQL driver, each a trace of its own: what the driver's integration adds.

The databases are in memory or real servers in other processes, whose time does not count.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.drivers import DRIVERS, Work
from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

if TYPE_CHECKING:
    from benchmarks.contender import Contender

BURSTS = 40


def measured(contender: Contender) -> Measured:
    """Each driver in a process of its own, as some are built on others; without those that can't be compared."""
    from benchmarks.databases import where  # needs what the measured processes do not have

    found: Measured = {}
    for name in os.environ.get("BENCH_DRIVERS", " ".join(DRIVERS)).split():
        driver = DRIVERS[name]
        reached = where(driver.server) if contender.name in driver.measured_in else None
        if reached is not None:
            environ = {"BENCH_DRIVER": name, "BENCH_WHERE": json.dumps(reached), **dict(driver.environ)}
            taken = in_process(__file__, launched=True, environ=environ)(contender)
            if taken:
                found[name] = taken["seconds"]
    return found


BENCHMARK = Benchmark(
    "sql",
    tuple(
        Promise(name, f"added to a statement ({driver.title})", "µs", 1 / 6, 1 / 12, 1e6, added=True)
        for name, driver in DRIVERS.items()
    ),
    measured,
)


def timed(work: Work, statements: int) -> float:
    """CPU seconds of the process per statement, with encoding and sending."""
    tracer = under_test()
    work(statements)
    tracer.flush()
    bursts = []
    for _ in range(BURSTS):
        before = time.process_time()
        work(statements)
        tracer.flush()
        bursts.append((time.process_time() - before) / statements)
    return min(bursts)  # the network's part varies


def measure() -> Measured:
    """The driver that the environment names; nothing if it is not installed."""
    driver = DRIVERS[os.environ["BENCH_DRIVER"]]
    try:
        work = driver.connect(json.loads(os.environ["BENCH_WHERE"]))
    except ModuleNotFoundError as absent:
        print(f"not measured: {absent}", file=sys.stderr)
        return {}
    return {"seconds": timed(work, driver.statements)}


if __name__ == "__main__":
    report(measure())
    sys.stdout.flush()
    os._exit(0)  # threads of connections that nobody closed would keep it
