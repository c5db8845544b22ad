"""asyncio: what a loop hands to an executor descends from where that was asked for. No spans of its own.

Tasks, callbacks, timers and `to_thread` carry the context by themselves (PEP 567), also on loops of other makers.
Executors of the standard library are left to the integration `futures`; this one is for all others.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import carrying

CARRY = carrying.argument(2)


def handing_over(call: Call) -> None:
    """`loop.run_in_executor(executor, function, ...)`."""
    executor = call.arg(0, "executor")
    processes = sys.modules.get("concurrent.futures.process")
    if processes is None or not isinstance(executor, processes.ProcessPoolExecutor):
        CARRY(call)


integration = Integration(
    "asyncio",
    title="asyncio",
    modules=["asyncio"],
    docs="https://docs.python.org/3/library/asyncio.html",
    hooks=[Around("asyncio.base_events:BaseEventLoop.run_in_executor", handing_over)],
)
