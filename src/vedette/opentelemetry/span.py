"""A span of vedette as OpenTelemetry sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState

from vedette import _native
from vedette.opentelemetry.names import NAMING, operation_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any

_OVERRIDES = {"operation.name": "name", "resource.name": "resource", "service.name": "service", "span.type": "type"}
"""Attributes that are no attributes, but parts of the span."""


class Span(trace.Span):
    """Wraps one; two wrappers of the same span are equal."""

    __slots__ = ("_naming", "_status", "_tells", "native")

    def __init__(self, native: _native.Span, record_exception: bool = True, set_status: bool = True) -> None:
        self.native = native
        self._tells = (record_exception, set_status)
        self._status = StatusCode.UNSET
        self._naming: dict[str, object] | None = None
        """What the operation's name is made of, if it is to be made at the end."""

    def names_itself(self) -> None:
        """The operation's name follows from kind and attributes."""
        self._naming = {}

    def __eq__(self, other: object) -> bool:
        return type(other) is Span and other.native is self.native

    def __hash__(self) -> int:
        return hash(self.native)

    def get_span_context(self) -> SpanContext:
        """Ids and flags. A trace whose sampling is not decided yet counts as sampled."""
        native = self.native
        priority = native.sampling_priority
        flags = TraceFlags(TraceFlags.SAMPLED if priority is None or priority > 0 else TraceFlags.DEFAULT)
        foreign = native.tracestate
        state = TraceState.from_header([foreign]) if foreign else None
        return SpanContext(native.trace_id, native.span_id, is_remote=False, trace_flags=flags, trace_state=state)

    def is_recording(self) -> bool:
        """Whether it is not ended."""
        return self.native.recording

    def set_attribute(self, key: str, value: Any) -> None:
        """Sets an attribute, or the part of the span that a reserved one stands for."""
        if self._naming is not None and key in NAMING:
            self._naming[key] = value
        if key in _OVERRIDES:
            self._override(key, value)
        elif key == "analytics.event":
            self.native.set_attribute("_dd1.sr.eausr", 1.0 if str(value).lower() == "true" else 0.0)
        else:
            self.native.set_attribute(key, value)

    def _override(self, key: str, value: object) -> None:
        text = str(value)
        if key == "operation.name":
            self._naming = None
            text = text.lower()
        setattr(self.native, _OVERRIDES[key], text)

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Sets several."""
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def add_event(self, name: str, attributes: Any = None, timestamp: int | None = None) -> None:
        """Adds something that happened."""
        self.native.add_event(name, dict(attributes) if attributes else None, timestamp)

    def add_link(self, context: SpanContext, attributes: Any = None) -> None:
        """Relates it to another span."""
        if context is None or not context.is_valid:
            return
        self.native.add_link(native_context(context), dict(attributes) if attributes else None)

    def update_name(self, name: str) -> None:
        """The name of OpenTelemetry is vedette's resource."""
        self.native.resource = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Fails the span, or says that it is well; that wins over a failure, and nothing lowers either."""
        if isinstance(status, Status):
            description = status.description
            status = status.status_code
        if self._status is StatusCode.OK or status is StatusCode.UNSET:
            return
        self._status = status
        if status is StatusCode.OK:
            self.native.error = False
        elif description:
            self.native.set_error_message(description)
        else:
            self.native.error = True

    def record_exception(
        self, exception: BaseException, attributes: Any = None, timestamp: int | None = None, escaped: bool = False
    ) -> None:
        """Adds an event that tells the exception, which does not fail the span by itself."""
        failed = self.native.error
        self.native.set_error(exception)
        self.native.error = failed
        self.add_event("exception", {**_told(exception, escaped), **(attributes or {})}, timestamp)

    def end(self, end_time: int | None = None) -> None:
        """Ends it."""
        if self._naming is not None and self.native.recording:
            self.native.name = operation_name(self.native.kind, self._naming)
        self.native.finish(end_time)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and self.is_recording():
            record, fail = self._tells
            if record:
                self.record_exception(error, escaped=True)
            if fail:
                self.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")
        self.end()

    def __repr__(self) -> str:
        return repr(self.native)


def native_context(context: SpanContext) -> _native.Context:
    """The context of a span of anybody's."""
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 0xFF:02x}"
    return _native.w3c_context(parent, context.trace_state.to_header() if context.trace_state else "")


def _told(exception: BaseException, escaped: bool) -> dict[str, str]:
    from vedette.tracing.stack import format_exception  # only where something failed

    kind = type(exception)
    module = kind.__module__
    return {
        "exception.type": kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}",
        "exception.message": str(exception),
        "exception.stacktrace": format_exception(exception),
        "exception.escaped": str(escaped),
    }
