"""Measure what vedette costs beside ddtrace and OpenTelemetry: ``python benchmarks/run.py``.

Every round runs each contender once per promise, in turn, each in a process of its own; the table shows medians over
the rounds. Ratios are ours over ddtrace's; "by" and "aim" are the goals. Figures of a promise that says "added" are
what tracing adds to bare Python, which has its own column.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.contender import Contender, prepare  # noqa: E402  # found through the line above
from benchmarks.promise import Benchmark  # noqa: E402
from benchmarks.table import Row, Samples, rows, text  # noqa: E402

PROMISES = (
    "span",
    "span_memory",
    "flask_request",
    "django_request",
    "fastapi_request",
    "start_up",
    "idle_memory",
    "propagation",
    "http_clients",
    "imports",
    "sql",
    "protected_request",
    "protection_bounds",
)
CONTENDERS = ("bare", "vedette", "ddtrace", "opentelemetry")
RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
GENERATED = ROOT / "docs" / "generated" / "benchmarks.json"


def main() -> int:
    """Read the command line, measure, show; returns the exit code."""
    options = parser().parse_args()
    chosen = [importlib.import_module(f"benchmarks.promises.{name}").BENCHMARK for name in options.only or PROMISES]
    with null_agent() as port:
        # What is added can only be told beside bare Python.
        wanted = [name for name in CONTENDERS if name == "bare" or name in options.contenders]
        contenders = [prepare(name, port, not options.no_build) for name in wanted]
        measured = [row for one in chosen for row in rows(one, measure(one, contenders, options.rounds))]
        versions = {contender.name: contender.version() for contender in contenders}
    print(text(measured))
    save(measured, versions, options)
    return 1 if options.check and any(row.judgement == "MISSED" for row in measured) else 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--rounds", type=int, default=5, help="measurements per contender and promise (default %(default)s)"
    )
    made.add_argument("--only", nargs="+", choices=PROMISES, help="measure these promises only")
    made.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS, help="measure these only")
    made.add_argument("--no-build", action="store_true", help="measure the vedette that was built last time")
    made.add_argument("--json", type=Path, default=RESULTS, help="where the figures go (default %(default)s)")
    made.add_argument("--docs", action="store_true", help=f"write them to {GENERATED.relative_to(ROOT)} too")
    made.add_argument("--check", action="store_true", help="exit with 1 if a promise is missed")
    return made


@contextlib.contextmanager
def null_agent() -> Iterator[int]:
    """The backend, on a free port."""
    command = [sys.executable, "-m", "benchmarks.null_agent", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def measure(benchmark: Benchmark, contenders: list[Contender], rounds: int) -> Samples:
    """All rounds of one benchmark; who begins changes from round to round."""
    without = (*benchmark.without, *(() if benchmark.needs_bare else ("bare",)))
    taking_part = [contender for contender in contenders if contender.name not in without]
    samples: Samples = {contender.name: [] for contender in taking_part}
    for number in range(rounds):
        print(f"{benchmark.name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        turn = number % len(taking_part)
        for contender in taking_part[turn:] + taking_part[:turn]:
            samples[contender.name].append(benchmark.measure(contender))
    return samples


def save(measured: list[Row], versions: dict[str, str], options: argparse.Namespace) -> None:
    """Write the figures with what they were measured on."""
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    made = {"date": time.strftime("%Y-%m-%d"), "rounds": options.rounds, "versions": versions, **machine}
    content = json.dumps({**made, "rows": [row.as_json() for row in measured]}, indent=2) + "\n"
    for path in [options.json, *([GENERATED] if options.docs else [])]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    sys.exit(main())
