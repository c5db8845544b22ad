"""The tracer provider and its tracers: spans of OpenTelemetry are made here."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import SpanKind

from vedette import _native
from vedette.opentelemetry.headers import extracted_of
from vedette.opentelemetry.span import Span, native_context

try:
    # A context manager that also decorates coroutine functions; older releases have none.
    from opentelemetry.util._decorator import _agnosticcontextmanager as context_manager
except ImportError:
    context_manager = contextmanager  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from opentelemetry.context.context import Context
    from opentelemetry.trace import Link


class Provider(trace.TracerProvider):
    """Makes tracers, as long as the application has no provider of its own."""

    retired = False
    """Whether vedette was stopped."""

    def in_charge(self) -> bool:
        """Whether spans are ours to make."""
        return trace._TRACER_PROVIDER is self

    def get_tracer(self, instrumenting_module_name: str, *args: Any, **kwargs: Any) -> trace.Tracer:
        """A tracer for that module."""
        return Tracer(self, (instrumenting_module_name, *args), kwargs)


class Tracer(trace.Tracer):
    """Makes spans of vedette; of the application's provider, once there is one."""

    def __init__(self, provider: Provider, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._provider = provider
        self._asked = (args, kwargs)

    def _successor(self) -> trace.Tracer | None:
        """The tracer of the provider that is in our place by now."""
        if self._provider.in_charge():
            return None
        args, kwargs = self._asked
        return trace.get_tracer_provider().get_tracer(*args, **kwargs)

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Any = None,
        links: Sequence[Link] | None = (),
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
    ) -> trace.Span:
        """Starts a span, which is not current by that."""
        successor = self._successor()
        if successor is not None:
            return successor.start_span(
                name, context, kind, attributes, links, start_time, record_exception, set_status_on_exception
            )
        named = kind.name.lower()
        native = _native.span(named, name, kind=named, parent=_parent(context), start=start_time)
        span = Span(native, record_exception, set_status_on_exception)
        span.names_itself()
        if attributes:
            span.set_attributes(attributes)
        for link in links or ():
            span.add_link(link.context, link.attributes)
        return span

    @context_manager
    def start_as_current_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Any = None,
        links: Sequence[Link] | None = (),
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
        end_on_exit: bool = True,
    ) -> Iterator[trace.Span]:
        """Starts a span that is current inside of the block."""
        tells = (record_exception, set_status_on_exception)
        span = self.start_span(name, context, kind, attributes, links, start_time, *tells)
        with trace.use_span(span, end_on_exit, *tells):
            yield span


def _parent(context: Context | None) -> Any:
    """What a span started in `context` (the current one if None) descends from, as `tracer.span` takes it."""
    current = trace.get_current_span(context)
    if type(current) is Span:
        return current.native
    told = current.get_span_context()
    if not told.is_valid:
        return False
    return extracted_of(context, told) or native_context(told)
