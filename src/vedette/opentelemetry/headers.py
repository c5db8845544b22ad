"""Trace context in and out of headers for those who ask OpenTelemetry for it: in all formats of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import baggage, trace
from opentelemetry.context import create_key, get_value, set_value
from opentelemetry.propagators import textmap
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.span import TraceState

from vedette import _native
from vedette.opentelemetry.span import Span

if TYPE_CHECKING:
    from typing import Any

    from opentelemetry.context.context import Context

    from vedette.opentelemetry.provider import Provider

_EXTRACTED = create_key("vedette-extracted")
"""The whole of what was extracted: sampling, origin and tags are not in OpenTelemetry's context of a span."""
_NAMES = (
    "traceparent",
    "tracestate",
    "baggage",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-sampled",
    "x-b3-flags",
)


class Headers(textmap.TextMapPropagator):
    """The propagator of the settings; the one before where the application has a tracer provider of its own."""

    def __init__(self, before: textmap.TextMapPropagator, provider: Provider) -> None:
        self._before = before
        self._provider = provider

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = textmap.default_getter) -> Context:
        """A context with the span that the headers name, and their baggage."""
        if not self._provider.in_charge():
            return self._before.extract(carrier, context, getter)
        found = {name: getter.get(carrier, name) for name in _NAMES}
        extracted = _native.extract({name: ",".join(values) for name, values in found.items() if values})
        context = set_value(_EXTRACTED, extracted, context)
        if extracted.trace_id is not None:
            context = trace.set_span_in_context(NonRecordingSpan(_span_context(extracted, found)), context)
        for key, value in extracted.baggage.items():
            context = baggage.set_baggage(key, value, context)
        return context

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = textmap.default_setter) -> None:
        """Writes the current span and the baggage into headers."""
        span = trace.get_current_span(context)
        if not self._provider.in_charge() or type(span) is not Span:
            self._before.inject(carrier, context, setter)
            return
        for key, value in baggage.get_all(context).items():
            span.native.set_baggage(key, str(value))
        headers: dict[str, str] = {}
        _native.inject(headers, span.native)
        for name, value in headers.items():
            setter.set(carrier, name, value)

    @property
    def fields(self) -> set[str]:
        """Names of the headers."""
        return {*_NAMES, *self._before.fields}


def _span_context(extracted: _native.Context, found: dict[str, Any]) -> SpanContext:
    priority = extracted.sampling_priority
    flags = TraceFlags(TraceFlags.SAMPLED if priority is None or priority > 0 else TraceFlags.DEFAULT)
    state = TraceState.from_header(found["tracestate"] or [])
    ids = (extracted.trace_id or 0, extracted.span_id or 0)
    return SpanContext(*ids, is_remote=True, trace_flags=flags, trace_state=state)


def extracted_of(context: Context | None, told: SpanContext) -> _native.Context | None:
    """What `told` was made from, if it was made here."""
    extracted = get_value(_EXTRACTED, context)
    if isinstance(extracted, _native.Context) and extracted.trace_id == told.trace_id:
        return extracted if extracted.span_id == told.span_id else None
    return None
