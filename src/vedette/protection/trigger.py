"""One finding in both dialects: a trigger for Datadog, attributes of an event for OpenTelemetry.

docs/findings.md lists the names; they are promised.
"""

from __future__ import annotations

from vedette import _native
from vedette.protection import stack
from vedette.protection.addresses import DB_STATEMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.protection.redaction import Finding
    from vedette.protection.stack import Place


class Circumstances:
    """What is known of a finding beside the rule and the input."""

    __slots__ = ("blocked", "places", "response_id", "span_id", "stack_id")

    def __init__(self, span_id: int, blocked: bool, response_id: str | None, places: list[Place]) -> None:
        self.span_id = span_id
        self.blocked = blocked
        self.response_id = response_id
        self.places = places
        """The application's stack, innermost first; empty where none is known."""
        self.stack_id: str | None = None


def trigger(finding: Finding, known: Circumstances) -> dict[str, Any]:
    """The form of `_dd.appsec.json` and of the structure `appsec`."""
    operator = {"operator": finding["operator"], "operator_value": finding["operator_value"]}
    told: dict[str, Any] = {
        "rule": {
            "id": finding["rule_id"],
            "name": finding["rule_name"],
            "tags": finding["tags"],
            "on_match": finding["on_match"],
        },
        "rule_matches": [{**operator, "parameters": [_parameter(finding)]}],
        "span_id": known.span_id,
    }
    if known.blocked:
        told["blocked"] = True
    if known.response_id:
        told["security_response_id"] = known.response_id
    if known.stack_id:
        told["stack_id"] = known.stack_id
    if known.places:
        told["location"] = dict(zip(("file", "line", "function"), known.places[0]))
    return told


def _parameter(finding: Finding) -> dict[str, Any]:
    given = {key: finding[key] for key in ("address", "key_path", "value")}
    if "sink" not in finding:
        return {**given, "highlight": finding["highlight"]}
    address, value = _sink(finding)
    resource = {"address": address, "key_path": [], "value": value}
    return {"resource": resource, "params": given, "highlight": finding["highlight"]}


def _sink(finding: Finding) -> tuple[str, str]:
    """Where the input was about to be used; of statements the literals are nobody's business."""
    address, value = finding["sink"]
    return address, _native.obfuscated_statement(value) if address == DB_STATEMENT else value


def event(finding: Finding, known: Circumstances) -> dict[str, Any]:
    """The attributes of the span event and log record `security.finding`."""
    tags = finding["tags"]
    file, line, function = known.places[0] if known.places else (None, None, None)
    sink_address, sink_value = _sink(finding) if "sink" in finding else (None, None)
    return {
        "security.rule.id": finding["rule_id"],
        "security.rule.name": finding["rule_name"],
        "security.rule.cwe": tags.get("cwe"),
        "security.type": tags.get("type"),
        "security.category": tags.get("category"),
        "security.input.address": finding["address"],
        "security.input.path": ".".join(str(key) for key in finding["key_path"]),
        "security.input.value": finding["value"],
        "security.input.matched": finding["highlight"],
        "security.sink.address": sink_address,
        "security.sink.value": sink_value,
        "security.blocked": known.blocked,
        "security.response_id": known.response_id,
        "code.file.path": file,
        "code.line.number": line,
        "code.function.name": function,
        "code.stacktrace": stack.as_text(known.places) or None,
    }
