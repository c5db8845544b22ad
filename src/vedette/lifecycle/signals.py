"""Keeps the last moment of a process that SIGTERM kills.

Such a process runs no exit handlers. The native core has a signal handler that gives sending its moment, where the
signal's default would kill; an application that sets a handler of its own replaces it, and one that sets the default
back (uvicorn does, and raises the signal again) must get it back. `signal.getsignal` tells what the application set.
"""

from __future__ import annotations

import sys

from vedette import _native
from vedette.instrument.imports import Finder
from vedette.instrument.rewrite import copy, parameters, rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call


def watch_signals() -> Callable[[], None]:
    """Hooks `signal.signal`, as soon as the application imports the module; returns what undoes it."""
    finder = Finder()
    undo = [finder.stop]

    def imported(module: str) -> None:
        finder.stop()
        function = sys.modules[module].signal
        switch = _native.Switch(lambda off, error: None)
        hook = _native.Hook(switch, copy(function), _setting, None, parameters(function), None, "signal")
        undo[:] = [rewrite(function, hook)]

    finder.watch("signal", imported)
    return lambda: undo[0]()


def _setting(call: Call) -> None:
    import signal  # the caller has imported it; here at the top it would be part of every start

    if call.arg(0, "signalnum") == signal.SIGTERM and call.arg(1, "handler") == signal.SIG_DFL:
        call.target = _then_watch(call.target)


def _then_watch(original: Callable[..., Any]) -> Callable[..., Any]:
    def set_default(*args: Any, **kwargs: Any) -> Any:
        before = original(*args, **kwargs)
        _native.watch_sigterm()
        return before

    return set_default
