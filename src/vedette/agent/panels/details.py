"""Everything one span says."""

from __future__ import annotations

import json
from typing import Any

from vedette.agent.panels import units
from vedette.agent.panels.curl import curl
from vedette.agent.panels.findings import APPSEC, EVENT, findings
from vedette.agent.panels.logs import records
from vedette.agent.panels.searches import live
from vedette.agent.panels.stack import frames
from vedette.agent.panels.statement import Piece, laid_out
from vedette.agent.query.statements import Row

STATEMENTS = ("db.query.text", "db.statement", "sql.query")
SQL_TYPES = ("sql", "db")
HIDDEN = (APPSEC,)
"""Attributes that are shown in a section of their own."""


def details(span: Row, trace_id: str, trace_start: int, logs: list[Row] | None = None) -> dict[str, Any]:
    """What the template of a span shows; `logs` are the records that belong to it."""
    found, failure = findings(span), span["failure"] or _failure(span)
    return {
        **{
            key: span[key]
            for key in ("service", "name", "resource", "type", "kind", "error", "env", "version", "attack")
        },
        "id": f"{span['span_id']:016x}",
        "parent": f"{span['parent_id']:016x}" if span["parent_id"] else "",
        "trace_id": trace_id,
        "colour": units.colour(span["service"]),
        "duration": units.duration(span["duration"]),
        "offset": units.duration(max(span["start"] - trace_start, 0)),
        "moment": units.moment(span["start"]),
        "clock": units.clock(span["start"]),
        "status": span["status"],
        "status_class": units.status_class(span["status"], span["error"]),
        "findings": found,
        "curl": curl(span, found),
        "failure": failure,
        "frames": frames(str(failure.get("stack", ""))),
        "sql": _statement(span),
        "attributes": _pairs(span["attributes"]),
        "events": [_event(event, span["start"]) for event in span["events"] if event.get("name") != EVENT],
        "logs": records(logs or [], span["start"]),
        "links": [_link(link) for link in span["links"]],
        "structures": [{"name": name, "text": _pretty(value)} for name, value in span["structures"].items()],
        "process": _pairs(span["process"]),
    }


def _failure(span: Row) -> dict[str, str]:
    """The error as attributes tell it, where a sender has no better place."""
    said = span["attributes"]
    names = {"type": ("error.type",), "message": ("error.message", "error.msg"), "stack": ("error.stack",)}
    found = {part: next((str(said[key]) for key in keys if key in said), "") for part, keys in names.items()}
    return found if span["error"] and any(found.values()) else {}


def _statement(span: Row) -> list[Piece]:
    said = span["attributes"]
    text = next((str(said[key]) for key in STATEMENTS if said.get(key)), "")
    if not text and span["type"] in SQL_TYPES:
        text = span["resource"]
    return laid_out(text) if text and span["type"] not in ("redis", "mongodb") else []


def _pairs(attributes: Row) -> list[dict[str, str]]:
    """Attributes by name; those that begin with an underscore are internal, and come last."""
    shown = [(name, value) for name, value in attributes.items() if name not in HIDDEN]
    shown.sort(key=lambda pair: (pair[0].startswith("_"), pair[0]))
    return [
        {"name": name, "text": _text(value), "kind": _kind(value), "alike": live(name, value)} for name, value in shown
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, (int, float)) else ""


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _event(event: Row, start: int) -> dict[str, Any]:
    attributes = event.get("attributes") or {}
    stack = str(attributes.get("exception.stacktrace", ""))
    rest = {name: value for name, value in attributes.items() if name != "exception.stacktrace"}
    offset = units.duration(max(int(event.get("time_unix_nano", 0)) - start, 0))
    return {"name": event.get("name", ""), "offset": offset, "attributes": _pairs(rest), "frames": frames(stack)}


def _link(link: Row) -> dict[str, Any]:
    trace_id, span_id = str(link.get("trace_id", "")), str(link.get("span_id", ""))
    return {"trace_id": trace_id, "span_id": span_id, "attributes": _pairs(link.get("attributes") or {})}
