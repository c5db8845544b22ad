"""Spans as an `ExportTraceServiceRequest` in OTLP's JSON, as any collector and viewer reads it."""

from __future__ import annotations

import json
from typing import Any

from vedette.agent.exchange.lines import Span

KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
FAILED = 2
"""Status code of a span that failed."""


def request(spans: list[Span]) -> bytes:
    """The request that holds these spans, in groups by service and process."""
    groups: dict[tuple[str, str], list[Span]] = {}
    for span in spans:
        groups.setdefault((span["service"], json.dumps(span["process"], sort_keys=True)), []).append(span)
    made = [_resource_spans(service, json.loads(process), each) for (service, process), each in groups.items()]
    return json.dumps({"resourceSpans": made}).encode()


def _resource_spans(service: str, process: dict[str, Any], spans: list[Span]) -> dict[str, Any]:
    attributes = {**process, "service.name": service}
    scope = {"scope": {"name": "vedette"}, "spans": [_span(span) for span in spans]}
    return {"resource": {"attributes": _attributes(attributes)}, "scopeSpans": [scope]}


def _span(span: Span) -> dict[str, Any]:
    named = {"operation.name": span["name"], "span.type": span["type"]}
    told = {**span["attributes"], **{name: value for name, value in named.items() if value}}
    made: dict[str, Any] = {
        "traceId": span["trace_id"],
        "spanId": span["span_id"],
        "parentSpanId": span["parent_id"],
        "name": span["resource"] or span["name"],
        "kind": KINDS.get(span["kind"], 1),
        "startTimeUnixNano": str(span["start"]),
        "endTimeUnixNano": str(span["start"] + span["duration"]),
        "attributes": _attributes(told),
        "events": [_event(event) for event in span["events"]],
        "links": [_link(link) for link in span["links"]],
        "status": {},
    }
    if span["error"]:
        made["status"] = {"code": FAILED, "message": span["failure"].get("message", "")}
        made["events"] += _exception(span)
    return made


def _exception(span: Span) -> list[dict[str, Any]]:
    told = {"type": "exception.type", "message": "exception.message", "stack": "exception.stacktrace"}
    attributes = {name: span["failure"][key] for key, name in told.items() if span["failure"].get(key)}
    if not attributes or any(event["name"] == "exception" for event in span["events"]):
        return []
    moment = span["start"] + span["duration"]
    return [_event({"name": "exception", "time_unix_nano": moment, "attributes": attributes})]


def _event(event: dict[str, Any]) -> dict[str, Any]:
    attributes = _attributes(event.get("attributes", {}))
    return {"timeUnixNano": str(event["time_unix_nano"]), "name": event["name"], "attributes": attributes}


def _link(link: dict[str, Any]) -> dict[str, Any]:
    made = {"traceId": link["trace_id"], "spanId": link["span_id"], "traceState": link.get("tracestate") or ""}
    return {**made, "flags": link.get("flags") or 0, "attributes": _attributes(link.get("attributes", {}))}


def _attributes(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in attributes.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    return {"stringValue": value if isinstance(value, str) else json.dumps(value)}
