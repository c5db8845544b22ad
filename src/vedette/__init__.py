"""vedette: APM tracer and in-app protection. The public API, nothing else.

Three equal doors: `vedette run COMMAND`, `import vedette.auto`, and `vedette.start()`.
"""
from __future__ import annotations

try:
    from vedette.lifecycle import instrument, start, stop
    from vedette.tracing import Context, Span, Tracer, current_root_span, current_span, extract, inject, tracer
except ImportError as error:
    # A wheel for another platform, a libc that is too old: the application must run all the same.
    if "_native" not in str(error):
        raise
    from vedette.absent import (  # type: ignore[assignment]
        Context,
        Span,
        Tracer,
        current_root_span,
        current_span,
        extract,
        inject,
        instrument,
        start,
        stop,
        tell,
        tracer,
    )

    tell(error)

__all__ = [
    "Context",
    "Span",
    "Tracer",
    "current_root_span",
    "current_span",
    "extract",
    "inject",
    "instrument",
    "start",
    "stop",
    "tracer",
]
