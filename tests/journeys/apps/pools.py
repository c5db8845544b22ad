"""Process pools: `python -m tests.journeys.apps.pools HOW METHOD COUNT`."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.journeys.apps.fetch import fetch, idents

WORKERS = 2


def terminated(method: str, names: list[str]) -> list[str]:
    """Leaving the `with` block terminates the workers, right after their last work."""
    with multiprocessing.get_context(method).Pool(WORKERS) as pool:
        return pool.map(fetch, names)


def joined(method: str, names: list[str]) -> list[str]:
    """The workers are asked to end, and waited for."""
    pool = multiprocessing.get_context(method).Pool(WORKERS)
    answers = pool.map(fetch, names)
    pool.close()
    pool.join()
    return answers


def executor(method: str, names: list[str]) -> list[str]:
    """The same by `concurrent.futures`."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context(method)) as pool:
        return list(pool.map(fetch, names))


def processes(method: str, names: list[str]) -> list[str]:
    """A process of its own for each piece."""
    context = multiprocessing.get_context(method)
    started = [context.Process(target=fetch, args=(name,)) for name in names]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return [str(process.exitcode) for process in started]


HOW = {"terminated": terminated, "joined": joined, "executor": executor, "processes": processes}

if __name__ == "__main__":
    print(sorted(HOW[sys.argv[1]](sys.argv[2], idents(0, int(sys.argv[3])))))
