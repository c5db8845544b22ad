"""Reads the rules: the user's file, or the ones that come with vedette."""

from __future__ import annotations

import os

from vedette._native import Rules

DEFAULT_RULES = os.path.join(os.path.dirname(__file__), "rules", "default.json")


def read_rules(path: str | None, own_only_report: bool = False) -> Rules:
    """The rules of `path`; of None, those that come with vedette, perhaps without their consequences.

    A file that can't be read or used gives these, too, and a warning.
    """
    if path:
        try:
            return _told(_parse(path), path)
        except (OSError, ValueError) as error:
            _warn(f"the rules in {path} can't be used, the default rules are in force: {error}")
    return _reporting() if own_only_report else _parse(DEFAULT_RULES)


def _reporting() -> Rules:
    import json  # parsed here only in this mode

    with open(DEFAULT_RULES, encoding="utf-8") as file:
        rules = json.load(file)
    for rule in rules["rules"]:
        rule["on_match"] = []
    return Rules(json.dumps(rules).encode())


def _parse(path: str) -> Rules:
    with open(path, "rb") as file:
        return Rules(file.read())


def _told(rules: Rules, path: str) -> Rules:
    for name, reason in rules.failures:
        _warn(f"rule {name} in {path} was skipped: {reason}")
    return rules


def _warn(message: str) -> None:
    import logging  # only where there is something to say

    logging.getLogger("vedette").warning("%s", message)
