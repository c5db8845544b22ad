"""How context travels between services."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, COUNT, WORDS, choice, words_among
from vedette.settings.option import Option

STYLES = words_among(
    "datadog", "tracecontext", "b3multi", "b3", "baggage", "none", renamed={"b3 single header": "b3", "b3single": "b3"}
)

OPTIONS = (
    Option(
        "propagation_style",
        STYLES,
        ("datadog", "tracecontext", "baggage"),
        ("DD_TRACE_PROPAGATION_STYLE", "OTEL_PROPAGATORS"),
        "Headers that carry the context in and out, tried in this order.",
    ),
    Option(
        "propagation_style_extract",
        STYLES,
        None,
        ("DD_TRACE_PROPAGATION_STYLE_EXTRACT",),
        "Headers read from incoming requests, if not those of `propagation_style`.",
    ),
    Option(
        "propagation_style_inject",
        STYLES,
        None,
        ("DD_TRACE_PROPAGATION_STYLE_INJECT",),
        "Headers written to outgoing requests, if not those of `propagation_style`.",
    ),
    Option(
        "propagation_extract_first",
        BOOLEAN,
        False,
        ("DD_TRACE_PROPAGATION_EXTRACT_FIRST",),
        "Whether reading stops at the first style that gives a context.",
    ),
    Option(
        "propagation_behavior_extract",
        choice("continue", "restart", "ignore"),
        "continue",
        ("DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT",),
        "What an incoming context does: `continue` its trace, `restart` with a link to it, or `ignore` it.",
    ),
    Option(
        "org_guard",
        BOOLEAN,
        False,
        ("DD_TRACE_ORG_GUARD_ENABLED",),
        "Whether sampling decisions, origin and tags of contexts from other organisations are passed over; which "
        "organisation this is, the Datadog Agent says (`org_prop_marker`).",
    ),
    Option(
        "org_guard_strict",
        BOOLEAN,
        False,
        ("DD_TRACE_ORG_GUARD_STRICT",),
        "Whether contexts that name no organisation count as from another one.",
    ),
    Option(
        "org_guard_trusted",
        WORDS,
        (),
        ("DD_TRACE_ORG_GUARD_TRUSTED_OPMS",),
        "Markers of other organisations that are trusted as the own one is.",
    ),
    Option(
        "propagation_tags_max_length",
        COUNT,
        512,
        ("DD_TRACE_X_DATADOG_TAGS_MAX_LENGTH",),
        "Characters of the header `x-datadog-tags` at most; 0 sends none.",
    ),
    Option(
        "baggage_tag_keys",
        WORDS,
        ("user.id", "session.id", "account.id"),
        ("DD_TRACE_BAGGAGE_TAG_KEYS",),
        "Keys of incoming baggage that become tags `baggage.<key>`; `*` is all, an empty text none.",
        empty=True,
    ),
    Option(
        "baggage_max_items",
        COUNT,
        64,
        ("DD_TRACE_BAGGAGE_MAX_ITEMS",),
        "Items of baggage sent at most.",
    ),
    Option(
        "baggage_max_bytes",
        COUNT,
        8192,
        ("DD_TRACE_BAGGAGE_MAX_BYTES",),
        "Bytes of baggage sent at most.",
    ),
)
