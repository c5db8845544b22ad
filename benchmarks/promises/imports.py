"""Importing a library: the CPU time that instrumenting it adds."""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report

if TYPE_CHECKING:
    from benchmarks.contender import Contender

MOST = 5.0
"""Milliseconds that an import may cost more."""
STARTS = 3
LIBRARIES = {
    "requests": "Requests",
    "urllib3": "urllib3",
    "httpx": "HTTPX",
    "flask": "Flask",
    "django": "Django",
    "fastapi": "FastAPI",
}
# What its users import with it: `django` alone is next to nothing.
ALSO = {"django": ("django.core.handlers.wsgi", "django.db", "django.urls", "django.http")}


def measured(contender: Contender) -> Measured:
    """Each library in processes of its own, the least of some."""
    found: Measured = {}
    for library in LIBRARIES:
        run = in_process(__file__, launched=True, environ={"BENCH_IMPORT": library})
        found[library] = min(run(contender)["seconds"] for _ in range(STARTS))
    return found


BENCHMARK = Benchmark(
    "imports",
    tuple(
        Promise(library, f"added to the import of {title}", "ms", None, None, 1e3, added=True, most=MOST)
        for library, title in LIBRARIES.items()
    ),
    measured,
    without=("opentelemetry",),  # its environment has not all of them
)


def measure() -> Measured:
    """CPU seconds of the import, in its own thread: what a start-up does beside it has a promise of its own."""
    library = os.environ["BENCH_IMPORT"]
    before = time.thread_time()
    for name in (library, *ALSO.get(library, ())):
        import_module(name)
    return {"seconds": time.thread_time() - before}


if __name__ == "__main__":
    report(measure())
