"""How the application is protected."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, COUNT, SECONDS, TEXT, WORDS, choice, integer
from vedette.settings.option import Option
from vedette.settings.translate import milliseconds, switch

# With its default rules, Datadog's switch reports, and refuses what rules of one's own say. Were it `block` here,
# deployments that never saw a refused request would begin to: so it means `rules`.
OPTIONS = (
    Option(
        "protection",
        choice("off", "monitor", "rules", "block"),
        "monitor",
        (switch("DD_APPSEC_ENABLED", on="rules", off="off"),),
        "Whether attacks are ignored, reported, or also stopped: in `block` by every rule that says so, in `rules` by "
        "rules of one's own (`protection_rules`) only; `DD_APPSEC_ENABLED=true` means `rules`.",
        live=True,
    ),
    Option(
        "protection_rules",
        TEXT,
        None,
        ("DD_APPSEC_RULES",),
        "Path of a rule file in JSON, used instead of the built-in rules.",
    ),
    Option(
        "exploit_prevention",
        BOOLEAN,
        True,
        ("DD_APPSEC_RASP_ENABLED",),
        "Whether statements, outgoing requests, files and commands are examined before they are carried out.",
    ),
    Option(
        "waf_timeout",
        SECONDS,
        0.02,
        (milliseconds("DD_APPSEC_WAF_TIMEOUT"),),
        "Seconds of processor time that one evaluation of rules may take.",
    ),
    Option(
        "protection_trace_rate_limit",
        COUNT,
        100,
        ("DD_APPSEC_TRACE_RATE_LIMIT",),
        "Traces per second that are kept because of an attack in them.",
    ),
    Option(
        "protection_stack_traces",
        BOOLEAN,
        True,
        ("DD_APPSEC_STACK_TRACE_ENABLED",),
        "Whether exploits are told with the application's stack.",
    ),
    Option(
        "protection_stacks",
        COUNT,
        2,
        ("DD_APPSEC_MAX_STACK_TRACES",),
        "Stacks that one request tells at most.",
    ),
    Option(
        "protection_stack_depth",
        COUNT,
        32,
        ("DD_APPSEC_MAX_STACK_TRACE_DEPTH", "DD_APPSEC_MAX_STACK_TRACES_DEPTH"),
        "Frames of one stack: three quarters from its innermost end, the rest from its beginning; 0 for all.",
    ),
    Option(
        "protection_obfuscation_keys",
        TEXT,
        None,
        ("DD_APPSEC_OBFUSCATION_PARAMETER_KEY_REGEXP",),
        "Regular expression of the names of inputs whose values findings do not tell, instead of the built-in one; "
        "empty for none.",
        empty=True,
    ),
    Option(
        "protection_obfuscation_values",
        TEXT,
        None,
        ("DD_APPSEC_OBFUSCATION_PARAMETER_VALUE_REGEXP",),
        "Regular expression of what findings do not tell wherever it stands, instead of the built-in one; empty for "
        "none.",
        empty=True,
    ),
    Option(
        "body_limit",
        COUNT,
        1024 * 1024,
        ("DD_APPSEC_BODY_PARSING_SIZE_LIMIT",),
        "Bytes of a request's or response's body that are examined; 0 examines none.",
    ),
    Option(
        "body_max_depth",
        integer(1, 256),
        20,
        (),
        "Levels of nesting of a body that are examined.",
    ),
    Option(
        "body_max_elements",
        integer(1),
        4096,
        (),
        "Values of a body that are examined.",
    ),
    Option(
        "blocked_template_json",
        TEXT,
        None,
        ("DD_APPSEC_HTTP_BLOCKED_TEMPLATE_JSON",),
        "Path of the answer to refused requests that want JSON.",
    ),
    Option(
        "blocked_template_html",
        TEXT,
        None,
        ("DD_APPSEC_HTTP_BLOCKED_TEMPLATE_HTML",),
        "Path of the answer to refused requests that want HTML.",
    ),
    Option(
        "blocked_status",
        integer(200, 599),
        None,
        (),
        "Status of the answer to refused requests; 403 if not given, with `blocked_location` 303.",
    ),
    Option(
        "blocked_location",
        TEXT,
        None,
        (),
        "Where refused requests are redirected to, instead of being answered.",
    ),
    Option(
        "deny_addresses",
        WORDS,
        (),
        (),
        "Addresses and networks whose requests are refused (`192.0.2.7`, `2001:db8::/32`, "
        "`198.51.100.9 until 2030-01-31T12:00:00Z`).",
        personal=True,
    ),
    Option(
        "deny_users",
        WORDS,
        (),
        (),
        "Users, by id or login, whose requests are refused; they may end as `deny_addresses` do.",
        personal=True,
    ),
    Option(
        "deny_sessions",
        WORDS,
        (),
        (),
        "Sessions whose requests are refused; they may end as `deny_addresses` do.",
        secret=True,  # whoever knows a session's id is its user
    ),
    Option(
        "allow_addresses",
        WORDS,
        (),
        (),
        "Addresses and networks whose requests are inspected and never refused, but for exploits at work.",
        personal=True,
    ),
    Option(
        "deny_list",
        TEXT,
        None,
        (),
        "Path of a file with one entry per line: `address 192.0.2.7`, `user alice`, `session 5f2b`, "
        "`allow 10.0.0.0/8`; each may end in `until` and a time, `#` begins a comment.",
    ),
)
