"""What protection found in a span, whoever found it: vedette, or a Datadog tracer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vedette.agent.panels.input_names import told
from vedette.agent.panels.marked import marked
from vedette.agent.query.statements import Row

APPSEC = "_dd.appsec.json"
EVENT = "security.finding"
MOST = 50
"""Findings shown of one span."""


def findings(span: Row) -> list[dict[str, Any]]:
    """The findings of a span: `rule`, `name`, `type`, `location`, `explanation`, `cwe`, `response` (the id that a
    refused client was shown), `blocked`, `stops` (whether the rule blocks where protection may), and `matches`
    (`address`, `where`, `source` and `path` of the input, `value`, `matched`, `parts` and `short` to show, `operator`,
    `sink`).

    Spans that came in the Datadog format tell them as triggers, spans that came by OTLP as events, some as both.
    """
    found = list(_from_triggers(span, bool(span["blocked"]))) or list(_from_events(span))
    return found[:MOST]


def _from_triggers(span: Row, blocked: bool) -> Iterator[dict[str, Any]]:
    for trigger in _triggers(span):
        rule = _object(trigger.get("rule"))
        tags = _object(rule.get("tags"))
        blocks = "block" in _list(rule.get("on_match"), ["block"] if blocked else [])
        stops = trigger.get("blocked", blocks)
        yield {
            "rule": str(rule.get("id", "")),
            "name": str(rule.get("name", "")) or "Attack",
            "type": str(tags.get("type", "")),
            "explanation": str(tags.get("explanation", "")),
            "cwe": str(tags.get("cwe", "")),
            "response": str(trigger.get("security_response_id", "")),
            "stops": bool(stops) or blocks,
            "location": _location(_object(trigger.get("location")), "file", "line", "function"),
            "matches": list(_matches(trigger)),
            "blocked": blocked and bool(stops),
        }


def _location(said: dict[str, Any], file: str, line: str, function: str) -> str:
    """The line of the application that did it, as tracebacks write it."""
    if not said.get(file):
        return ""
    return f'File "{said[file]}", line {said.get(line, "?")}, in {said.get(function, "?")}'


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


def _matches(trigger: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for match in map(_object, _list(trigger.get("rule_matches"))):
        operator, sink = str(match.get("operator", "")), _object(match.get("sink"))
        for parameter in map(_object, _list(match.get("parameters"))):
            used = sink or _object(parameter.get("resource"))
            yield {**_parameter(parameter), "operator": operator, "sink": str(used.get("value", ""))}


def _input(source: str, path: list[str], value: str, matched: str) -> dict[str, Any]:
    return {
        "address": " / ".join(part for part in (source, *path) if part),
        "where": told(source, path),
        "source": source,
        "path": path,
        "value": value,
        "matched": matched,
        "parts": marked(value, matched),
        "short": marked(value, matched, short=True),
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    # Exploit findings name several inputs, each an object of its own; the one from the request is `params`.
    inner = _object(parameter.get("params")) or _object(parameter.get("resource")) or parameter
    path = [str(inner.get("address", "")), *(str(key) for key in _list(inner.get("key_path")))]
    matched = ", ".join(str(text) for text in _list(parameter.get("highlight")))
    return {
        **_input(path[0], path[1:], str(inner.get("value", "")), matched),
    }


def _from_events(span: Row) -> Iterator[dict[str, Any]]:
    for event in span["events"]:
        if event.get("name") == EVENT:
            yield _from_event(_object(event.get("attributes")))


def _from_event(said: dict[str, Any]) -> dict[str, Any]:
    def text(name: str) -> str:
        value = said.get(name)
        return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)

    path = text("security.input.path")
    match = {
        **_input(
            text("security.input.address"),
            path.split(".") if path else [],
            text("security.input.value"),
            text("security.input.matched"),
        ),
        "operator": "",
        "sink": text("security.sink.value"),
    }
    return {
        "rule": text("security.rule.id"),
        "name": text("security.rule.name") or text("security.rule.id") or "Attack",
        "type": text("security.type"),
        "location": _location(said, "code.file.path", "code.line.number", "code.function.name"),
        "matches": [match] if any(match.values()) else [],
        "explanation": "",
        "cwe": text("security.cwe"),
        "response": text("security.response_id"),
        "stops": said.get("security.blocked") in (True, "true"),
        "blocked": said.get("security.blocked") in (True, "true"),
    }


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any, default: list[Any] | None = None) -> list[Any]:
    return value if isinstance(value, list) else default or []
