"""Coroutines of the time before `async def`: generators, whose results no `after` of a hook is shown."""

from __future__ import annotations

from types import coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from vedette._native import Call

_COROUTINE = 0x80


def show(call: Call, after: Callable[[Call, Any], object]) -> None:
    """Lets `after` see what the call's function returns, if it is such a generator."""
    function = call.target
    if function.__code__.co_flags & _COROUTINE:
        return

    @coroutine
    def shown(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        result = yield from function(*args, **kwargs)
        after(call, result)
        return result

    call.target = shown
