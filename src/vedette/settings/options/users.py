"""What is told of users, and when accounts count as attacked."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, RATE, choice, integer, number
from vedette.settings.option import Kind, Option
from vedette.settings.translate import switch, when

_MODES = choice("identification", "anonymization", "disabled")
_SHORT = {"ident": "identification", "anon": "anonymization"}
MODE = Kind(_MODES.annotation, _MODES.form, lambda raw: _MODES.parse(_SHORT.get(str(raw).strip().lower(), raw)))

OPTIONS = (
    Option(
        "user_events",
        MODE,
        "identification",
        (
            "DD_APPSEC_AUTO_USER_INSTRUMENTATION_MODE",
            switch("DD_APPSEC_AUTOMATED_USER_EVENTS_TRACKING_ENABLED", on=None, off="disabled"),
            when(
                "DD_APPSEC_AUTOMATED_USER_EVENTS_TRACKING",
                extended="identification",
                safe="anonymization",
                disabled="disabled",
            ),
        ),
        "What libraries' sign-ins, sign-ups and users tell: who it was, an anonymous form of it (`anon_` and half of a "
        "SHA-256), or nothing. What the application tells by itself is told as it is.",
        live=True,
    ),
    Option(
        "takeover_detection",
        BOOLEAN,
        True,
        (),
        "Whether sign-ins are watched for brute force, credential stuffing and accounts that are taken over.",
    ),
    Option(
        "takeover_window",
        number(1.0, 86_400.0, form="seconds"),
        300.0,
        (),
        "Seconds within which failed sign-ins count together.",
    ),
    Option(
        "takeover_account_failures",
        integer(2),
        10,
        (),
        "Failed sign-ins to one account that are an attack; a success after as many is a likely takeover.",
    ),
    Option(
        "takeover_account_addresses",
        integer(2, 64),
        5,
        (),
        "Addresses from which sign-ins to one account fail that are an attack.",
    ),
    Option(
        "takeover_address_accounts",
        integer(2, 64),
        10,
        (),
        "Accounts at which sign-ins from one address fail that are an attack.",
    ),
    Option(
        "takeover_failure_ratio",
        RATE,
        0.8,
        (),
        "Share of failures above which many failures of one address, or of the whole process, are an attack.",
    ),
    Option(
        "takeover_process_failures",
        integer(20),
        200,
        (),
        "Failed sign-ins of a whole process, whatever accounts and addresses, that are an attack.",
    ),
)
