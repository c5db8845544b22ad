"""Frames of hooked functions can be looked at, as debuggers and error reporters do."""

from __future__ import annotations

import asyncio
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from vedette.instrument import rewrite


class Parent:
    """Whose methods children call."""

    def method(self, value: int) -> int:
        raise LookupError(value)

    async def later(self, value: int) -> int:
        raise LookupError(value)

    def items(self, value: int) -> Iterator[int]:
        yield value
        raise LookupError(value)


def children() -> type[Parent]:
    """Methods with closures: of `super()`, and of a variable."""
    outer, another = "of the closure", "too"

    class Child(Parent):
        def method(self, value: int) -> int:
            _ = (outer, another)
            return super().method(value)

        async def later(self, value: int) -> int:
            _ = another
            return await super().later(value)

        def items(self, value: int) -> Iterator[int]:
            _ = outer
            yield from super().items(value)

    return Child


class Passing:
    """Stands for a native hook: watches nothing, and calls the original."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def enter(self, args: Any, kwargs: Any) -> None:
        return None


def locals_of(error: BaseException) -> list[dict[str, Any]]:
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    return [dict(frame.frame.f_locals) for frame in frames]


def call(child: Parent, name: str) -> Any:
    made = getattr(child, name)(7)
    return asyncio.run(made) if inspect.iscoroutine(made) else list(made) if inspect.isgenerator(made) else made


@pytest.mark.parametrize("name", ["method", "later", "items"])
def test_locals_of_functions_with_closures(name: str) -> None:
    kind = children()
    function: types.FunctionType = vars(kind)[name]
    closure, before = function.__closure__, function.__code__
    hook: Any = Passing(rewrite.copy(function))
    undo = rewrite.rewrite(function, hook)
    assert function.__code__ is not before
    assert (function.__closure__, function.__code__.co_freevars) == (closure, before.co_freevars)
    with pytest.raises(LookupError) as raised:
        call(kind(), name)
    seen = [found for found in locals_of(raised.value) if "_v_enter" in found]
    assert len(seen) == 1
    for variable, cell in zip(before.co_freevars, closure or ()):
        assert seen[0][variable] is cell.cell_contents
    undo()
    assert function.__code__ is before


def test_locals_while_it_runs() -> None:
    kind = children()
    seen: list[dict[str, Any]] = []

    def looking(self: Any, value: int) -> int:
        seen.append(dict(sys._getframe(1).f_locals))
        seen.append(dict(sys._getframe(2).f_locals))
        return value

    original, Parent.method = Parent.method, looking  # type: ignore[method-assign]
    try:
        function: types.FunctionType = vars(kind)["method"]
        hook: Any = Passing(rewrite.copy(function))
        rewrite.rewrite(function, hook)
        assert kind().method(7) == 7
    finally:
        Parent.method = original  # type: ignore[method-assign]
    assert [found["outer"] for found in seen] == ["of the closure"] * 2
