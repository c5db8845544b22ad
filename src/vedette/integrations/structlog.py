"""structlog: events carry the ids of the active span, before the processors of the user see them."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import correlation


def processing(call: Call) -> None:
    """An event is about to be built from the logger's context and this call's keywords, which are ours to add to."""
    context = getattr(call.instance, "_context", ())
    correlation.add(call.arg(2, "event_kw"), but=context)


integration = Integration(
    "structlog",
    title="structlog",
    distribution="structlog",
    modules=["structlog"],
    floor="20.2.0",
    tested=["20.2.0", "22.3.0", "24.4.0", "latest"],
    docs="https://www.structlog.org",
    conventions="logs",
    hooks=[Around("structlog._base:BoundLoggerBase._process_event", processing)],
)
