"""The two shapes a hook can have (ARCHITECTURE.md, "The hook"): what a call costs through each.

    python benchmarks/hook_shapes.py

Prints nanoseconds per call above the bare call, best of several rounds: for a hook whose describer is not interested,
and for one that makes a span. CPU time of the thread.
"""

from __future__ import annotations

import time
from types import FunctionType, SimpleNamespace
from typing import Callable

import vedette
from vedette import _native
from vedette.instrument import rewrite
from vedette.operations import Task

ROUNDS, CALLS = 15, 20_000


def hook_around(original: Callable[..., object], describe: Callable[..., object]) -> _native.Hook:
    """A hook without an integration."""
    switch = _native.Switch(lambda off, error: None)
    return _native.Hook(switch, original, describe, None, (), None, "bench")


def make() -> FunctionType:
    """A fresh function to hook."""

    def function(a: object, b: object = None, *, c: object = None) -> object:
        return a

    return function


def rewritten(describe: Callable[..., object]) -> Callable[..., object]:
    """The function keeps its identity and gets other code."""
    function = make()
    rewrite.rewrite(function, hook_around(rewrite.copy(function), describe))
    return function


def native(describe: Callable[..., object]) -> Callable[..., object]:
    """A native callable stands in its place."""
    return _native.Wrapped(hook_around(make(), describe), False)


def closure(describe: Callable[..., object]) -> Callable[..., object]:
    """What most tracers do in Python, without a span: for scale."""
    original = make()

    def wrapper(*args: object, **kwargs: object) -> object:
        describe(args)
        return original(*args, **kwargs)

    return wrapper


def cost(function: Callable[..., object]) -> float:
    """Nanoseconds per call, best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        for _ in range(CALLS):
            function(1, c=2)
        best = min(best, (time.thread_time_ns() - start) / CALLS)
        _native.take()
    return best


def main() -> None:
    """Prints the table."""
    vedette.start(in_memory=True, protection="off", instrument=False)
    bare = cost(make())
    shapes = SimpleNamespace(rewritten=rewritten, native=native, closure=closure)
    print(f"{'shape':<12}{'not interested':>16}{'with a span':>14}   (bare call {bare:.0f} ns)")
    for name, shape in vars(shapes).items():
        idle = cost(shape(lambda call: None)) - bare
        busy = cost(shape(lambda call: Task("bench"))) - bare
        print(f"{name:<12}{idle:>13.0f} ns{busy:>11.0f} ns")


if __name__ == "__main__":
    main()
