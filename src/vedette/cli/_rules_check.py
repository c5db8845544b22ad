"""What is wrong with a rule file, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from vedette._native import Rules
from vedette.protection.known_addresses import KNOWN_ADDRESSES


class Problem(NamedTuple):
    """One thing that is wrong."""

    file: str
    line: int
    """From 1; 1 also where the whole file is meant."""
    rule: str
    """Id of the rule, or empty."""
    message: str


def checked(path: Path) -> list[Problem]:
    """The problems of a rule file; none if every rule of it can be used."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
    except json.JSONDecodeError as error:
        return [Problem(str(path), error.lineno, "", f"not JSON: {error.msg} (column {error.colno})")]
    except (OSError, ValueError) as error:
        return [Problem(str(path), 1, "", str(error))]
    try:
        failures = Rules(text.encode()).failures
    except ValueError as error:
        return [Problem(str(path), 1, "", str(error))]
    wrong = [*failures, *(pair for rule in _rules(document) for pair in _doubtful(rule, _actions(document)))]
    return [Problem(str(path), _line(text, name), name, " ".join(reason.split())) for name, reason in wrong]


def _rules(document: dict[str, Any]) -> list[dict[str, Any]]:
    listed = [*document.get("rules", []), *document.get("custom_rules", [])]
    return [rule for rule in listed if isinstance(rule, dict)]


def _actions(document: dict[str, Any]) -> set[str]:
    return {"block", *(action.get("id", "") for action in document.get("actions", []))}


def _doubtful(rule: dict[str, Any], actions: set[str]) -> list[tuple[str, str]]:
    """What loads and yet does nothing: addresses that nobody tells of, consequences that nobody knows."""
    name = str(rule.get("id", ""))
    inputs = [
        each
        for condition in rule.get("conditions", [])
        if isinstance(condition, dict)
        for each in (condition.get("parameters") or {}).get("inputs", [])
    ]
    addresses = {str(each.get("address", "")) for each in inputs if isinstance(each, dict)}
    unknown = sorted(addresses - KNOWN_ADDRESSES)
    messages = [f"the address {address} is never told of" for address in unknown]
    missing = sorted(set(map(str, rule.get("on_match", []))) - actions)
    messages += [f"on_match names {action}, which no action has as its id" for action in missing]
    return [(name, message) for message in messages]


def _line(text: str, name: str) -> int:
    """Where the rule of that id is; rules without one are called `#` and their place in the list."""
    quoted = json.dumps(name, ensure_ascii=False)
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if quoted in line and '"id"' in line), 1)
