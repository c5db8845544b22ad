"""CPython's audit events (PEP 578): what a process is about to do, whichever way it came to it.

Nothing is replaced: `open` stays the builtin that it is. Hooks of this kind can't be taken off again, so one is put on
only when somebody listens, and does nothing once nobody does.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from vedette._native import Call, Hook
    from vedette.instrument.installed import Installed
    from vedette.operations import Operation

    Describe = Callable[[Call], "Operation | None"]

_hooks: dict[str, tuple[Hook, ...]] = {}
"""By event."""
_state = {"on": False}


def listen(installed: Installed, operation: type[Operation], events: Mapping[str, Describe]) -> Callable[[], None]:
    """Describes events by `operation` as soon as anybody listens to such; `call.args` is what the event tells.

    A describer is called for every event of the process, and must be quick. What undoes it is returned.
    """
    hooks = {event: installed.hook(None, describe) for event, describe in events.items()}

    def begin() -> None:
        for event, hook in hooks.items():
            _hooks[event] = (*_hooks.get(event, ()), hook)
        if not _state["on"]:
            _state["on"] = True
            sys.addaudithook(_heard)

    operation.once_heard(begin)

    def undo() -> None:
        operation.forget(begin)
        for event, hook in hooks.items():
            others = tuple(other for other in _hooks.get(event, ()) if other is not hook)
            if others:
                _hooks[event] = others
            else:
                _hooks.pop(event, None)

    return undo


def _heard(event: str, args: tuple[Any, ...]) -> None:
    hooks = _hooks.get(event)
    if hooks is not None:
        for hook in hooks:
            hook.enter(args)
