"""Plain scripts: `python -m tests.journeys.apps.script HOW COUNT`."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time

from tests.journeys.apps.fetch import fetch, idents

FOREVER = 600


def plain(names: list[str]) -> list[str]:
    """Work, and end."""
    return [fetch(name) for name in names]


def customized(names: list[str]) -> list[str]:
    """Say whether somebody else's sitecustomize ran in this process."""
    return [*plain(names), getattr(sys, "other_sitecustomize", "did not run")]


def fails(names: list[str]) -> list[str]:
    """Work, and end by an exception."""
    plain(names)
    raise LookupError("on purpose")


def waits(names: list[str]) -> list[str]:
    """Work, and wait for a signal, which ends the process by the system's own hand."""
    plain(names)
    print("worked", flush=True)
    time.sleep(FOREVER)
    return names


def handles(names: list[str]) -> list[str]:
    """Work, and wait for a signal, for which the script has its own handler."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(5))
    return waits(names)


def subprocesses(names: list[str]) -> list[str]:
    """The work in Python processes of their own."""
    code = "import sys; from tests.journeys.apps.fetch import fetch; print(fetch(sys.argv[1]))"
    return [subprocess.check_output([sys.executable, "-c", code, name], text=True).strip() for name in names]


def threads(names: list[str]) -> list[str]:
    """The work in threads, one of them a daemon that is still busy at the end."""
    busy = [threading.Thread(target=fetch, args=(name,)) for name in names]
    threading.Thread(target=time.sleep, args=(FOREVER,), daemon=True).start()
    for thread in busy:
        thread.start()
    for thread in busy:
        thread.join()
    return names


def event_loop(names: list[str]) -> list[str]:
    """The work in executors of an event loop."""

    async def all_of_them() -> list[str]:
        loop = asyncio.get_running_loop()
        return list(await asyncio.gather(*(loop.run_in_executor(None, fetch, name) for name in names)))

    return asyncio.run(all_of_them())


HOW = {
    "plain": plain,
    "customized": customized,
    "fails": fails,
    "waits": waits,
    "handles": handles,
    "subprocesses": subprocesses,
    "threads": threads,
    "event_loop": event_loop,
}

if __name__ == "__main__":
    print(sorted(HOW[sys.argv[1]](idents(0, int(sys.argv[2])))), flush=True)
