"""What a promise of speed is, and how one measurement of it is taken."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.contender import Contender

ROOT = Path(__file__).resolve().parents[1]
Measured = dict[str, float]


@dataclass(frozen=True)
class Promise:
    """One row of the table.

    ``metric`` is the key under which a measurement gives it; ``by`` and ``aim`` are ratios of ours to ddtrace's,
    None where no peer is measured. If it
    is ``added``, what bare Python needs is taken off first. ``factor`` turns the measured seconds or bytes into
    ``unit``. ``most`` is a bound in that unit which ours may not pass, whatever the peer needs.
    """

    metric: str
    title: str
    unit: str
    by: float | None
    aim: float | None
    factor: float
    added: bool = False
    most: float | None = None


@dataclass(frozen=True)
class Benchmark:
    """One file of ``promises/``: its rows, and how to measure them once for one contender.

    ``without`` names the contenders that have nothing of the kind: they are left out.
    """

    name: str
    promises: tuple[Promise, ...]
    measure: Callable[[Contender], Measured]
    without: tuple[str, ...] = ()

    @property
    def needs_bare(self) -> bool:
        """Whether bare Python has to be measured too."""
        return any(promise.added for promise in self.promises)


def in_process(file: str, launched: bool, environ: Mapping[str, str] | None = None) -> Callable[[Contender], Measured]:
    """Measure by running ``file`` in the contender's environment; it prints one JSON object as its last line.

    ``launched`` starts it under the contender's own launcher, as a user would start an application. ``environ`` holds
    variables that the application needs.
    """

    def measure(contender: Contender) -> Measured:
        command = [*(contender.launcher if launched else ()), str(contender.python), "-m", module_of(file)]
        done = subprocess.run(
            command,
            env={**environment(contender), **(environ or {})},
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return measure


def module_of(file: str) -> str:
    """The dotted name of a file of the benchmarks."""
    return ".".join(Path(file).resolve().relative_to(ROOT).with_suffix("").parts)


def environment(contender: Contender) -> dict[str, str]:
    """A clean environment: nothing of the caller's own tracing, only the contender's settings."""
    foreign = ("VEDETTE_", "DD_", "OTEL_", "PYTHON")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    return {**inherited, **contender.settings, "PYTHONPATH": str(ROOT), "BENCH_TRACER": contender.name}


def report(measured: Measured) -> None:
    """The measuring side's answer."""
    print(json.dumps(measured), flush=True)
