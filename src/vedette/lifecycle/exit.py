"""Sends what is left when the process ends, within a second.

`atexit` covers ordinary ends. Children of multiprocessing and billiard (celery) end by `os._exit`, which runs no
exit handlers: there the hook sends what is left first.
"""

from __future__ import annotations

import atexit
import os

from vedette import _native
from vedette.instrument.replace import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_WAIT = 0.8
"""Seconds that the end of a process may be put off; a second is promised, and ending takes time too."""


def at_exit() -> Callable[[], None]:
    """Arranges it; returns what undoes it."""
    atexit.register(_send)
    switch = _native.Switch(lambda off, error: None)
    hook = _native.Hook(switch, os._exit, lambda call: _send(), None, (), None, "os")
    restore = replace(os, "_exit", hook)

    def undo() -> None:
        atexit.unregister(_send)
        restore()

    return undo


def _send() -> None:
    _native.shutdown(LONGEST_WAIT)
