"""The public API: the real one, or the one that does nothing where the native module can't be loaded."""

from __future__ import annotations

TYPE_CHECKING = False

try:
    # Alone in its `try`: whatever goes wrong here is the loader's (no module, another platform's, a subinterpreter),
    # and an error in our Python code is never taken for it. `vedette._native` imports nothing by itself.
    import vedette._native  # noqa: F401  (that it loads is what matters)
except Exception as error:
    _native_error: Exception | None = error
else:
    _native_error = None

if TYPE_CHECKING or _native_error is None:
    from vedette.lifecycle import instrument, instrument_asgi, instrument_dbapi, instrument_wsgi, start, stop
    from vedette.tracing import Context, Span, Tracer, current_root_span, current_span, extract, inject
    from vedette.tracing.tracer import tracer
else:  # the application must run all the same
    from vedette.absent import (
        Context,
        Span,
        Tracer,
        current_root_span,
        current_span,
        extract,
        inject,
        instrument,
        instrument_asgi,
        instrument_dbapi,
        instrument_wsgi,
        start,
        stop,
        tell,
        tracer,
    )

    tell(_native_error)

__all__ = [
    "Context",
    "Span",
    "Tracer",
    "current_root_span",
    "current_span",
    "extract",
    "inject",
    "instrument",
    "instrument_asgi",
    "instrument_dbapi",
    "instrument_wsgi",
    "start",
    "stop",
    "tracer",
]
