"""The tracer: makes spans and sends them off."""

from __future__ import annotations

from vedette import _native
from vedette._native import Context, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping


class Tracer:
    """Makes spans. There is one per process: `vedette.tracer`."""

    __slots__ = ()

    # Bound straight to the native function: a Python frame in between would cost as much as the span.
    span = staticmethod(_native.span)

    def flush(self, timeout: float = 1.0) -> bool:
        """Sends what is finished; waits at most `timeout` seconds. False if some of it has not left by then."""
        return _native.flush(timeout)

    def current_span(self) -> Span | None:
        """The active span of this thread, task or greenlet."""
        return _native.current_span()

    def current_root_span(self) -> Span | None:
        """The first span of the active trace in this process."""
        return _native.current_root_span()


def inject(headers: MutableMapping[str, str], span: Span | None = None) -> None:
    """Writes the trace context of `span` (the active one if not given) into `headers`.

    Formats are those of the setting `propagation_style_inject`: W3C trace context and baggage, Datadog, B3.
    Without a span nothing is written.
    """
    source = span or _native.current_span()
    if source is not None:
        _native.inject(headers, source)


tracer = Tracer()

__all__ = ["Context", "Span", "Tracer", "inject", "tracer"]
