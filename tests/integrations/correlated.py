"""What the tests of all loggers expect in a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vedette
from vedette.lifecycle.identity import inferred_service

NAMES = ("dd.trace_id", "dd.span_id", "dd.service", "dd.version", "dd.env")


def expected(span: vedette.Span | None) -> dict[str, str]:
    """The fields of a record made while `span` was active."""
    ids = {"dd.trace_id": "0", "dd.span_id": "0"}
    if span is not None:
        ids = {"dd.trace_id": f"{span.trace_id:032x}", "dd.span_id": str(span.span_id)}
    return {**ids, "dd.service": inferred_service(), "dd.version": "", "dd.env": ""}


def found(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a record has."""
    return {name: record[name] for name in NAMES if name in record}
