"""The demo from opening to closing: start the stage, let the public in, close, and say what was wrong."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from vedette.demo.children import ChildFailed
from vedette.demo.load import Load
from vedette.demo.show import Show
from vedette.demo.stage import Stage
from vedette.demo.verdict import problems

LOOK_SECONDS = 1.0
# A closed terminal is SIGHUP; Windows has none.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
Look = Callable[[dict[str, Any]], None]


def perform(stage: Stage, show: Show, wanted_port: int, seconds: float | None) -> tuple[dict[str, Any], list[str]]:
    """Run the whole demo; returns the agent's summary and what went wrong."""
    wrong: list[str] = []
    with closing(stage) as closed, _ended_like_by_ctrl_c():
        try:
            with show.starting() as progress:
                stage.open(progress)
            show.opened(stage.page, wanted_port, seconds)
            with show.running() as look:
                wrong += asyncio.run(under_load(stage, seconds, look))
        except ChildFailed as failure:
            wrong.append(str(failure))
        except KeyboardInterrupt:
            wrong.append("interrupted before the shop was open")
        summary, more = closed()
    return summary, wrong or more


@contextlib.contextmanager
def closing(stage: Stage) -> Iterator[Callable[[], tuple[dict[str, Any], list[str]]]]:
    """Whatever happens inside, nothing of the stage is left running; yields what closes the shop and judges."""

    def closed() -> tuple[dict[str, Any], list[str]]:
        stage.close()
        summary = stage.settled_summary()
        stuck = [f"{child.name} did not end when asked; see {child.log}" for child in stage.children if child.killed]
        return summary, problems(summary) + stuck

    try:
        yield closed
    finally:
        stage.close()
        stage.close_agent()


@contextlib.contextmanager
def _ended_like_by_ctrl_c() -> Iterator[None]:
    """The other signals that end a program interrupt it too, so that no child is left behind."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING if number != signal.SIGINT}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def under_load(stage: Stage, seconds: float | None, look: Look) -> list[str]:
    """Let the public in until the time is over, a signal comes, or a process dies; returns what went wrong."""
    load, over = Load(stage.front, stage.orders), asyncio.Event()
    _end_at_signals(over)
    visits = asyncio.create_task(load.run(over))
    await _until_over(stage, over, visits, time.monotonic() + (seconds or float("inf")), look)
    over.set()
    await visits
    died = [f"{child.name} died with code {child.process.returncode}; see {child.log}" for child in stage.dead()]
    return died + ([f"{load.unanswered} requests were not answered"] if load.unanswered else [])


def _end_at_signals(over: asyncio.Event) -> None:
    if sys.platform == "win32":  # its loops take no handlers: Ctrl-C interrupts asyncio.run
        return
    for number in ENDING:
        asyncio.get_running_loop().add_signal_handler(number, over.set)


async def _until_over(
    stage: Stage, over: asyncio.Event, visits: asyncio.Task[None], deadline: float, look: Look
) -> None:
    while (left := deadline - time.monotonic()) > 0 and not (over.is_set() or visits.done() or stage.dead()):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(over.wait(), min(left, LOOK_SECONDS))
        look(await asyncio.to_thread(stage.summary))
