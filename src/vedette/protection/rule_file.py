"""Reads the rules: the user's file, or the ones that come with vedette."""

from __future__ import annotations

import os

from vedette._native import Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_RULES = os.path.join(os.path.dirname(__file__), "rules", "default.json")
_DENY = os.path.join(os.path.dirname(__file__), "rules", "deny.json")


class RemoteRules:
    """Rule files out of remote configuration."""

    __slots__ = ("changes", "sets")

    def __init__(self, sets: Sequence[bytes] = (), changes: Sequence[bytes] = ()) -> None:
        self.sets = sets
        """Used in place of the rules of the settings."""
        self.changes = changes
        """Come on top."""


def read_rules(
    path: str | None, own_only_report: bool = False, remote: RemoteRules | None = None, lists: bytes | None = None
) -> Rules:
    """The rules of `path`; of None, those that come with vedette, perhaps without their consequences.

    A file that can't be read or used gives these, too, and a warning. The rules of deny lists, whose entries `lists`
    has (a rule file with `rules_data`), and what remote configuration changes, come on top; rule sets of remote
    configuration take the place of both. Raises ValueError if these can't be used together.
    """
    remote = remote or RemoteRules()
    more = [_content(_DENY), *([lists] if lists else []), *remote.changes]
    if remote.sets:
        return _told(Rules(*remote.sets, *more), "remote configuration")
    if path:
        try:
            return _told(Rules(_content(path), *more), path)
        except (OSError, ValueError) as error:
            _warn(f"the rules in {path} can't be used, the default rules are in force: {error}")
    return _told(Rules(_reporting() if own_only_report else _content(DEFAULT_RULES), *more), "the default rules")


def _reporting() -> bytes:
    import json  # parsed here only in this mode

    rules = json.loads(_content(DEFAULT_RULES))
    for rule in rules["rules"]:
        rule["on_match"] = []
    return json.dumps(rules).encode()


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _told(rules: Rules, path: str) -> Rules:
    for name, reason in rules.failures:
        _warn(f"{name} in {path}: {reason}")
    return rules


def _warn(message: str) -> None:
    import logging  # only where there is something to say

    logging.getLogger("vedette").warning("%s", message)
