"""Settings that an operator changes in the running process."""

from __future__ import annotations

from vedette.settings.kinds import BOOLEAN, WORDS, number
from vedette.settings.option import Option

OPTIONS = (
    Option(
        "remote_configuration",
        BOOLEAN,
        True,
        ("DD_REMOTE_CONFIGURATION_ENABLED",),
        "Whether the agent is asked for settings, deny lists and rules, which take effect while the process runs.",
    ),
    Option(
        "remote_configuration_interval",
        number(0.05, 86_400.0, form="seconds"),
        5.0,
        ("DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS",),
        "Seconds between two questions.",
    ),
    Option(
        "remote_configuration_keys",
        WORDS,
        (),
        (),
        "Ed25519 public keys (64 hexadecimal digits) of which one must have signed what the agent hands out; without "
        "keys hashes, lengths and versions are verified.",
    ),
)
