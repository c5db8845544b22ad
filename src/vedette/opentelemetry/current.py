"""One active span for both APIs: the context of OpenTelemetry shows vedette's, and activates what is attached to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opentelemetry import baggage, trace
from opentelemetry.context.context import Context, _RuntimeContext
from opentelemetry.trace.propagation import _SPAN_KEY

from vedette import _native
from vedette.opentelemetry.span import Span

if TYPE_CHECKING:
    from typing import Any

    from vedette.opentelemetry.provider import Provider


class Attached(NamedTuple):
    """What `detach` needs: the token of the context below, and the span that was active."""

    token: Any
    before: _native.Span | None


class Current(_RuntimeContext):
    """The context below, in which the active span of vedette takes the place of the current one."""

    def __init__(self, below: _RuntimeContext, provider: Provider) -> None:
        self._below = below
        self._provider = provider

    def get_current(self) -> Context:
        """The context, showing the span that is active."""
        found = self._below.get_current()
        active = _native.current_span() if self._provider.in_charge() else None
        if active is None:
            return found
        # Frameworks ask several times in a request: made here, not by the API's functions, which ask again themselves.
        shown = found.get(_SPAN_KEY)
        if type(shown) is not Span or shown.native is not active:
            found = Context({**found, _SPAN_KEY: Span(active)})
        return _with_baggage(found, active) if active.baggage else found

    def attach(self, context: Context) -> Any:
        """Makes the context the current one, and its span the active one."""
        if not self._provider.in_charge():
            return self._below.attach(context)
        before = _native.active_span()
        shown = trace.get_current_span(context)
        native = shown.native if type(shown) is Span else None
        token = self._below.attach(context)
        if native is not before:
            _native.activate(native)
        if native is not None:
            _take_baggage(context, native)
        return Attached(token, before)

    def detach(self, token: Any) -> None:
        """Makes current and active what was before the context of the token was attached."""
        if type(token) is not Attached:
            self._below.detach(token)
            return
        self._below.detach(token.token)
        before = token.before
        _native.activate(before if before is not None and before.recording else None)


def _with_baggage(shown: Context, span: _native.Span) -> Context:
    for key, value in span.baggage.items():
        if baggage.get_baggage(key, shown) is None:
            shown = baggage.set_baggage(key, value, shown)
    return shown


def _take_baggage(given: Context, span: _native.Span) -> None:
    for key, value in baggage.get_all(given).items():
        span.set_baggage(key, str(value))
