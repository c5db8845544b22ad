"""Forks by hand: `python -m tests.journeys.apps.forks HOW COUNT`."""

from __future__ import annotations

import os
import sys
import threading
import time

from tests.journeys.apps.fetch import fetch, idents

IDLE_SECONDS = 1.0


def child(names: list[str]) -> int:
    """Fork a child that does the work and ends as scripts end; returns its id."""
    pid = os.fork()
    if pid == 0:
        for name in names:
            fetch(name)
        sys.exit(0)
    return pid


def end_of(pid: int) -> int:
    """The exit code of a child."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def after_work(names: list[str]) -> list[int]:
    """The parent works, and forks right after it."""
    half = len(names) // 2
    for name in names[:half]:
        fetch(name)
    return [end_of(child(names[half:]))]


def in_turn(names: list[str]) -> list[int]:
    """Many short children, one after the other."""
    return [end_of(child([name])) for name in names]


def beside_threads(names: list[str]) -> list[int]:
    """Children forked while other threads are in the middle of their work."""
    # Once alone: the libraries' first call imports modules, and a fork would freeze the import's lock in the child.
    fetch(names.pop())
    ten = len(names) // 11
    rest = names[10 * ten :]
    threads = [
        threading.Thread(target=lambda part=part: [fetch(name) for name in part]) for part in (rest[::2], rest[1::2])
    ]
    for thread in threads:
        thread.start()
    children = [child(names[number * ten : (number + 1) * ten]) for number in range(10)]
    ended = [end_of(pid) for pid in children]
    for thread in threads:
        thread.join()
    return ended


def at_once_gone(names: list[str]) -> list[int]:
    """A child that ends by `os._exit`, a little after its work: nothing runs at its exit."""
    pid = os.fork()
    if pid == 0:
        for name in names:
            fetch(name)
        time.sleep(IDLE_SECONDS)
        os._exit(3)
    return [end_of(pid)]


def daemon(names: list[str]) -> list[int]:
    """A double fork: the grandchild works on after its parents are gone."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            for name in names:
                fetch(name)
            sys.exit(0)
        os._exit(0)
    return [end_of(pid)]


HOW = {
    "after_work": after_work,
    "in_turn": in_turn,
    "beside_threads": beside_threads,
    "at_once_gone": at_once_gone,
    "daemon": daemon,
}

if __name__ == "__main__":
    print(HOW[sys.argv[1]](idents(0, int(sys.argv[2]))), flush=True)
