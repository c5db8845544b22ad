"""Which traces are kept."""

from __future__ import annotations

from vedette.settings.forms import RULES
from vedette.settings.kinds import COUNT, RATE
from vedette.settings.option import Option
from vedette.settings.translate import OTEL_SAMPLER, SPAN_RULES_FILE

OPTIONS = (
    Option(
        "sample_rate",
        RATE,
        None,
        ("DD_TRACE_SAMPLE_RATE", OTEL_SAMPLER),
        "Share of traces to keep where no rule matches; without it the agent's rates apply.",
        live=True,
    ),
    Option(
        "sampling_rules",
        RULES,
        (),
        ("DD_TRACE_SAMPLING_RULES",),
        "Rules of `service`, `name`, `resource`, `tags` (globs) and `sample_rate`; the first that matches decides.",
        live=True,
    ),
    Option(
        "rate_limit",
        COUNT,
        100,
        ("DD_TRACE_RATE_LIMIT",),
        "Traces per second and process that rules or a rate may keep.",
    ),
    Option(
        "span_sampling_rules",
        RULES,
        (),
        ("DD_SPAN_SAMPLING_RULES", SPAN_RULES_FILE),
        "Rules of `service`, `name`, `sample_rate` and `max_per_second` that keep single spans of dropped traces.",
    ),
)
