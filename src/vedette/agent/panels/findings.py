"""What protection found in a span, whoever found it: vedette, or a Datadog tracer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vedette.agent.query.statements import Row

APPSEC = "_dd.appsec.json"
EVENT = "security.finding"
MOST = 50
"""Findings shown of one span."""
# What a finding event says, under the names that senders use, the preferred first.
EVENT_FIELDS = {
    "rule": ("security_rule.uuid", "security_rule.id", "rule.id", "rule"),
    "name": ("security_rule.name", "rule.name", "message"),
    "type": ("security_rule.category", "rule.type", "type"),
    "address": ("vedette.finding.address", "finding.address", "address", "parameter.address"),
    "value": ("vedette.finding.value", "finding.value", "value", "matched.value"),
    "location": ("vedette.finding.location", "finding.location", "location", "code.stacktrace"),
}


def findings(span: Row) -> list[dict[str, Any]]:
    """The findings of a span: `rule`, `name`, `type`, `location`, `blocked`, and `matches`
    (`address`, `value`, `matched`, `operator`)."""
    blocked = bool(span["blocked"])
    return [*_from_triggers(span, blocked), *_from_events(span, blocked)][:MOST]


def _from_triggers(span: Row, blocked: bool) -> Iterator[dict[str, Any]]:
    for trigger in _triggers(span):
        rule = _object(trigger.get("rule"))
        tags = _object(rule.get("tags"))
        yield {
            "rule": str(rule.get("id", "")),
            "name": str(rule.get("name", "")) or "Attack",
            "type": str(tags.get("type", "")),
            "location": "",
            "matches": list(_matches(trigger)),
            "blocked": blocked and "block" in _list(rule.get("on_match"), ["block"]),
        }


def _triggers(span: Row) -> Iterator[dict[str, Any]]:
    """From the attribute that holds JSON text, or the structure that holds the same as data."""
    for source in (span["attributes"].get(APPSEC), span["structures"].get("appsec")):
        for trigger in _list(_object(_parsed(source)).get("triggers")):
            if isinstance(trigger, dict):
                yield trigger


def _parsed(source: Any) -> Any:
    if not isinstance(source, str):
        return source
    try:
        return json.loads(source)
    except (ValueError, RecursionError):  # cut off by a limit, or made to hurt
        return None


def _matches(trigger: dict[str, Any]) -> Iterator[dict[str, str]]:
    for match in _list(trigger.get("rule_matches")):
        for parameter in _list(_object(match).get("parameters")):
            yield {**_parameter(_object(parameter)), "operator": str(_object(match).get("operator", ""))}


def _parameter(parameter: dict[str, Any]) -> dict[str, str]:
    # Exploit findings name several inputs, each an object of its own; the one from the request is `params`.
    inner = _object(parameter.get("params")) or _object(parameter.get("resource")) or parameter
    path = [str(inner.get("address", "")), *(str(key) for key in _list(inner.get("key_path")))]
    highlight = ", ".join(str(text) for text in _list(parameter.get("highlight")))
    return {
        "address": " / ".join(part for part in path if part),
        "value": str(inner.get("value", "")),
        "matched": highlight,
    }


def _from_events(span: Row, blocked: bool) -> Iterator[dict[str, Any]]:
    for event in span["events"]:
        if event.get("name") == EVENT:
            said = {name: _first(event.get("attributes", {}), keys) for name, keys in EVENT_FIELDS.items()}
            match = {"address": said["address"], "value": said["value"], "operator": "", "matched": ""}
            yield {
                "rule": said["rule"],
                "name": said["name"] or said["rule"] or "Attack",
                "type": said["type"],
                "location": said["location"],
                "matches": [match] if match["address"] or match["value"] else [],
                "blocked": blocked,
            }


def _first(attributes: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(attributes[key]) for key in keys if key in attributes), "")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any, default: list[Any] | None = None) -> list[Any]:
    return value if isinstance(value, list) else default or []
