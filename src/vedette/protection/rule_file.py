"""Reads the rules: the user's file, or the ones that come with vedette."""

from __future__ import annotations

import os

from vedette._native import Rules

_DEFAULT = os.path.join(os.path.dirname(__file__), "rules", "default.json")


def read_rules(path: str | None) -> Rules:
    """The rules of `path`. A file that can't be read or used gives the default rules and a warning; so does None."""
    if path:
        try:
            return _told(_parse(path), path)
        except (OSError, ValueError) as error:
            _warn(f"the rules in {path} can't be used, the default rules are in force: {error}")
    return _parse(_DEFAULT)


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
