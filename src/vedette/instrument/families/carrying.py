"""Carries the active span to where a function will run: another thread, greenlet, or loop.

A copy of the whole context would change what the application sees of its own context variables, so that the span
goes alone. The place that runs the function gets back what was active there before.
"""

from __future__ import annotations

from functools import partial

from vedette._native import activate, active_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context
    from typing import Any

    from vedette._native import Call, Span


class Carried:
    """A function together with the span that was active when it was handed over."""

    __slots__ = ("function", "span")

    def __init__(self, function: Callable[..., Any], span: Span) -> None:
        self.function = function
        self.span = span

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return run_in(self.span, self.function, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)

    def __repr__(self) -> str:
        return repr(self.function)

    def __reduce__(self) -> tuple[Any, ...]:
        # What goes to another process goes without the span, and must be understood without vedette.
        return (partial, (self.function,))


def here() -> Span | None:
    """The active span, to run something in later."""
    return active_span()


def run_in(span: Span | None, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Calls the function with that span (or none) active, and restores what was."""
    before = active_span()
    activate(span)
    try:
        return function(*args, **kwargs)
    finally:
        activate(before)


def context() -> Context | None:
    """A new context that holds the active span and nothing else; None if there is no span."""
    span = active_span()
    if span is None:
        return None
    from contextvars import Context  # loaded by whoever has a use for one

    made = Context()
    made.run(activate, span)
    return made


def argument(position: int) -> Callable[[Call], None]:
    """A describer for functions that take a function at that position: it will run with what is active now."""

    def carry(call: Call) -> None:
        span = active_span()
        args = call.args
        if span is None or len(args) <= position or not callable(args[position]) or type(args[position]) is Carried:
            return
        call.args = (*args[:position], Carried(args[position], span), *args[position + 1 :])
        call.target = call.target  # said explicitly: the call goes on with other arguments

    return carry


def alone(call: Call) -> None:
    """A describer for functions that start something which is to inherit no span."""
    if active_span() is not None:
        original = call.target
        call.target = lambda *args, **kwargs: run_in(None, original, args, kwargs)
