"""Methods that Sanic compiles again when its server starts, without the signals that nobody listens to (since 21.9).

What is hooked before that is lost, and is hooked anew.
"""

from __future__ import annotations

import sys

from vedette.integrations.sanic import request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed

HOOKS = (
    ("sanic.app:Sanic.handle_request", request.handling, None),
    ("sanic.app:Sanic.handle_exception", request.failed_late, None),
    ("sanic.http:Http.read", request.reading, request.read),
)


def install(installed: Installed) -> Callable[[], None]:
    """Hooks them, now and after each time that they were compiled."""
    undo: list[Callable[[], None]] = []

    def hook() -> None:
        for target, describe, after in HOOKS:
            if _exists(target):
                undo.append(installed.around(target, describe, after))

    def compiling(call: Call) -> None:
        call.target = call.target  # said explicitly: its end is wanted

    def compiled(call: Call, _: Any) -> None:
        hook()

    hook()
    if "sanic.touchup.service" in sys.modules:
        undo.append(installed.around("sanic.touchup.service:TouchUp.run", compiling, compiled))

    def undone() -> None:
        while undo:
            undo.pop()()

    return undone


def _exists(target: str) -> bool:
    module, _, path = target.partition(":")
    owner, _, name = path.partition(".")
    return name in vars(getattr(sys.modules.get(module), owner, object))
