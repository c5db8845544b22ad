"""CPU time of ``<launcher> python -c pass`` over that of ``python -c pass``."""

from __future__ import annotations

import os
import subprocess

from benchmarks.contender import Contender
from benchmarks.promise import Benchmark, Measured, Promise, environment

STARTS = 3


def measure(contender: Contender) -> Measured:
    """CPU seconds of one start, children included: the launcher may be a process of its own."""
    command = [*contender.launcher, str(contender.python), "-c", "pass"]
    env = environment(contender)
    return {"seconds": sum(cpu_of(command, env) for _ in range(STARTS)) / STARTS}


def cpu_of(command: list[str], env: dict[str, str]) -> float:
    """User and system time of a command that has to succeed."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{errors}")
    return usage.ru_utime + usage.ru_stime


BENCHMARK = Benchmark(
    "start_up",
    (Promise("seconds", "start-up: run python -c pass, CPU over bare Python", "ms", 1 / 4, 1 / 10, 1e3, added=True),),
    measure,
)
