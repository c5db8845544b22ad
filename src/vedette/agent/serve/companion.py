"""An agent that was started beside a command ends with it (not on Windows, where there is no such asking)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

PAUSE = 0.5
"""Seconds between two looks."""


async def ends(pid: int, leave: Callable[[], None]) -> None:
    """Calls `leave` when there is no process `pid` any more."""
    while is_alive(pid):
        await asyncio.sleep(PAUSE)
    leave()


def is_alive(pid: int) -> bool:
    """Whether there is such a process, whoever's it is."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
