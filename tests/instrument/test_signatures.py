"""Whatever the signature, a hooked function takes the same arguments and refuses the same ones, in the same words."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, Callable

import pytest

from tests.instrument.conftest import broken, nothing, operation

SIGNATURES = [
    "",
    "a",
    "a, b",
    "a=1",
    "a, b=2",
    "a=1, b=2",
    "a, /",
    "a, /, b",
    "a, b=2, /, c=3",
    "*args",
    "a, *args",
    "a=1, *args",
    "**named",
    "a, **named",
    "a, /, **named",
    "*, a",
    "*, a=1",
    "*, a, b=2",
    "a, *, b",
    "a, *args, b",
    "*args, b=2",
    "*args, **named",
    "self, *args, b=2, **named",
    "a, /, b, *args, c, d=4, **named",
    "a, /, b=2, *, c=3, **named",
]

CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((10,), {}),
    ((10, 20), {}),
    ((10, 20, 30), {}),
    ((), {"a": 1}),
    ((), {"a": 1, "b": 2}),
    ((10,), {"a": 1}),
    ((10,), {"b": 2}),
    ((10,), {"c": 3}),
    ((10, 20), {"c": 3}),
    ((10, 20), {"c": 3, "e": 5}),
    ((), {"unknown": 1}),
    ((10,), {"self": 1}),
    ((10,), {"_v_call": 1}),
]

KINDS = {
    "function": ("def f({}): return locals()", lambda result: result),
    "coroutine": ("async def f({}): return locals()", lambda result: asyncio.run(result)),
    "generator": ("def f({}): yield locals()", list),
    "async generator": ("async def f({}): yield locals()", lambda result: asyncio.run(collected(result))),
}

DESCRIBERS = {"operation": operation, "nothing": nothing, "broken": broken}


async def collected(stream: Any) -> list[Any]:
    return [item async for item in stream]


def outcome(function: Callable[..., Any], consume: Callable[[Any], Any], call: Any) -> tuple[Any, ...]:
    args, named = call
    try:
        return ("returned", consume(function(*args, **named)))
    except Exception as error:
        return ("raised", type(error), str(error))


def test_there_are_cases() -> None:
    assert len(SIGNATURES) * len(CALLS) * len(KINDS) * len(DESCRIBERS) == 4200


@pytest.mark.parametrize("describe", DESCRIBERS.values(), ids=DESCRIBERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("signature", SIGNATURES)
def test_calls_have_the_same_outcome(library: Any, hook: Any, signature: str, kind: str, describe: Any) -> None:
    template, consume = KINDS[kind]
    module = library(template.format(signature))
    plain = [outcome(module.f, consume, call) for call in CALLS]
    before = inspect.signature(module.f)
    installed = hook(module, "f", describe)
    assert installed.applied == [f"{module.__name__}:f"]
    assert [outcome(module.f, consume, call) for call in CALLS] == plain
    assert inspect.signature(module.f) == before
    installed.undo()
    assert [outcome(module.f, consume, call) for call in CALLS] == plain


@pytest.mark.parametrize(
    ("signature", "args", "named", "expected"),
    [
        ("a, b=2, *, c=3", (1,), {}, (1, 2, 3)),
        ("a, b=2, *, c=3", (1,), {"b": 5, "c": 6}, (1, 5, 6)),
        ("a, /, b, *args, c, **d", (1, 2, 9), {"c": 3}, (1, 2, 3)),
        ("a, *b, **named", (1, 2), {"c": 3}, (1, "none", 3)),
    ],
)
def test_describers_find_arguments_by_name(
    library: Any, hook: Any, signature: str, args: Any, named: Any, expected: Any
) -> None:
    seen: list[tuple[Any, ...]] = []

    def describe(call: Any) -> None:
        seen.append((call.arg(0, "a", "none"), call.arg(1, "b", "none"), call.arg(2, "c", "none")))

    module = library(f"def f({signature}): return locals()")
    hook(module, "f", describe)
    module.f(*args, **named)
    assert seen == [expected]


def test_describers_may_change_arguments(library: Any, hook: Any) -> None:
    def describe(call: Any) -> Any:
        call.args, call.kwargs = (call.args[0] + 1,), {**call.kwargs, "b": "more"}
        return operation(call)

    module = library("def f(a, *, b=0): return (a, b)")
    hook(module, "f", describe)
    assert module.f(1) == (2, "more")


def test_describers_may_put_something_else_in_the_functions_place(library: Any, hook: Any) -> None:
    def describe(call: Any) -> None:
        call.target = lambda *args: ("instead", args)

    module = library("def f(a): return a")
    hook(module, "f", describe)
    assert module.f(1) == ("instead", (1,))


def test_defaults_changed_later_count(library: Any, hook: Any) -> None:
    module = library("def f(a=1, *, b=2): return (a, b)")
    hook(module, "f")
    module.f.__defaults__ = (10,)
    module.f.__kwdefaults__ = {"b": 20}
    assert module.f() == (10, 20)


def test_mangled_names(library: Any, hook: Any, finished: Any) -> None:
    module = library(
        """
        class C:
            def f(self, __a, *, __b=2):
                return (__a, __b)
        """
    )
    hook(module, "C.f")
    assert module.C().f(1, _C__b=3) == (1, 3)
    assert len(finished()) == 1
