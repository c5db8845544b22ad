"""A span as a JSON object, and back: what JSON lines and the API's export hold."""

from __future__ import annotations

import json
import re
from typing import Any

from vedette.agent.store.rows import SpanRow
from vedette.agent.store.tables import TYPES

Span = dict[str, Any]
IDS = ("span_id", "parent_id")
LISTS = ("events", "links")
OBJECTS = ("attributes", "failure", "structures", "process")
HEX = re.compile(r"[0-9a-fA-F]{1,16}")
TRACE = re.compile(r"[0-9a-fA-F]{32}")
LARGEST = (1 << 64) - 1


class BadSpan(ValueError):
    """An object that is no span; the text says why."""


def span_of(row: dict[str, Any]) -> Span:
    """The object of a stored row."""
    span = {name: row[name] for name in SpanRow._fields}
    span["trace_id"] = str(row["trace_id"]).replace("-", "")
    span.update({name: f"{row[name]:016x}" if row[name] else "" for name in IDS})
    span.update({name: json.loads(row[name] or "[]") for name in LISTS})
    span.update({name: json.loads(row[name] or "{}") for name in OBJECTS})
    return span


def row_of(span: object) -> SpanRow:
    """The row of an object that somebody made.

    Raises:
        BadSpan: it has other members or types than a span.
    """
    if not isinstance(span, dict):
        raise BadSpan("a span is an object")
    return SpanRow(**{name: _value(name, span.get(name)) for name in SpanRow._fields})


def _value(name: str, value: object) -> Any:
    if name == "trace_id":
        return _matching(name, value, TRACE).lower()
    if name in IDS:
        return int(_matching(name, value, HEX), 16) if value or name == "span_id" else 0
    if name in LISTS or name in OBJECTS:
        return _json(name, value)
    kind = TYPES.get(name, "VARCHAR")
    if kind == "BOOLEAN":
        return _checked(name, False if value is None else value, bool)
    if kind == "UBIGINT":
        number = int(_checked(name, value, int))
        if not 0 <= number <= LARGEST:
            raise BadSpan(f"{name} is out of range")
        return number
    return _checked(name, "" if value is None else value, str)


def _json(name: str, value: object) -> str:
    if not value:
        return "" if name not in ("attributes", "process") else "{}"
    if not isinstance(value, list if name in LISTS else dict):
        raise BadSpan(f"{name} is of the wrong type")
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:  # 1e999 is infinite, too
        raise BadSpan(f"{name} has a number that is none, or infinite") from None


def _matching(name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadSpan(f"{name} is no id")
    return value


def _checked(name: str, value: object, kind: type) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadSpan(f"{name} is of the wrong type")
    return value
