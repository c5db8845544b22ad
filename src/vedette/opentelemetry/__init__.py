"""Spans made through the `opentelemetry-api` join vedette's traces.

Imported when the application has imported `opentelemetry.trace`. As long as the application sets no tracer provider of
its own (the SDK's, say), ours is in its place, and the active span is one and the same for both APIs; as soon as it
does, all of this steps aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import context, propagate, trace

from vedette.opentelemetry.current import Current
from vedette.opentelemetry.headers import Headers
from vedette.opentelemetry.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Callable


def join() -> Callable[[], None]:
    """Puts vedette's tracer provider, context and propagator in the place of the defaults; returns what undoes it."""
    if trace._TRACER_PROVIDER is not None:
        return lambda: None
    provider = Provider()
    undo = [_provide(provider), _share_context(provider), _propagate(provider)]

    def leave() -> None:
        for step in undo:
            step()

    return leave


def _provide(provider: Provider) -> Callable[[], None]:
    # Not by `set_tracer_provider`: that can be done once, and the application may want to.
    trace._TRACER_PROVIDER = provider

    def undo() -> None:
        if trace._TRACER_PROVIDER is provider:
            trace._TRACER_PROVIDER = None

    return undo


def _share_context(provider: Provider) -> Callable[[], None]:
    context.get_current()  # older versions have none until it is asked for
    before = context._RUNTIME_CONTEXT
    context._RUNTIME_CONTEXT = Current(before, provider)

    def undo() -> None:
        # What is attached now is detached later, by the tokens of ours: it stays, and does nothing any more.
        provider.retired = True

    return undo


def _propagate(provider: Provider) -> Callable[[], None]:
    before = propagate.get_global_textmap()
    ours = Headers(before, provider)
    propagate.set_global_textmap(ours)

    def undo() -> None:
        if propagate.get_global_textmap() is ours:
            propagate.set_global_textmap(before)

    return undo
