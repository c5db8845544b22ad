"""How traces are made and how far they are cut."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, integer
from vedette.settings.option import Option
from vedette.settings.translate import negated, when

OPTIONS = (
    Option(
        "trace_id_128_bit",
        BOOLEAN,
        True,
        ("DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED",),
        "Whether new trace ids have 128 bits; an incoming id keeps its length in any case.",
    ),
    Option(
        "partial_flush",
        BOOLEAN,
        True,
        ("DD_TRACE_PARTIAL_FLUSH_ENABLED",),
        "Whether finished spans of a long trace are sent before its root ends.",
    ),
    Option(
        "partial_flush_min_spans",
        integer(1),
        300,
        ("DD_TRACE_PARTIAL_FLUSH_MIN_SPANS",),
        "Finished spans of one trace that have to wait before a part is sent.",
    ),
    Option(
        "otel_api",
        BOOLEAN,
        True,
        ("DD_TRACE_OTEL_ENABLED", negated("OTEL_SDK_DISABLED")),
        "Whether spans made through the `opentelemetry-api`, if it is installed, join the traces.",
    ),
    Option(
        "debug",
        BOOLEAN,
        False,
        ("DD_TRACE_DEBUG", when("OTEL_LOG_LEVEL", debug=True, trace=True)),
        "Whether vedette logs what it does.",
    ),
    Option(
        "startup_logs",
        BOOLEAN,
        True,
        ("DD_TRACE_STARTUP_LOGS",),
        "Whether the configuration in effect is told once, on standard error.",
    ),
)
