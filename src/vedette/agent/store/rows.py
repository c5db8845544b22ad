"""The row that a decoded span becomes: the contract between the native decoder and the store."""

from __future__ import annotations

from typing import NamedTuple


class SpanRow(NamedTuple):
    """One span, in the order in which `vedette._native.decode_rows` gives the columns. Texts are empty for none."""

    trace_id: str
    """32 lower-case hex digits."""
    span_id: int
    parent_id: int
    """0 for none."""
    service: str
    env: str
    version: str
    name: str
    resource: str
    type: str
    kind: str
    start: int
    """Nanoseconds since the epoch, by the sender's clock."""
    duration: int
    """Nanoseconds."""
    error: bool
    status: str
    """Status of the response."""
    attack: bool
    """Protection found something."""
    blocked: bool
    """Protection stopped it."""
    attributes: str
    """JSON object."""
    events: str
    """JSON list of `{name, time_unix_nano, attributes}`."""
    links: str
    """JSON list of `{trace_id, span_id, tracestate, flags, attributes}`, ids in hex."""
    failure: str
    """JSON object `{type, message, stack}`."""
    structures: str
    """JSON object: structured data by name (Datadog `meta_struct`)."""
    process: str
    """JSON object: attributes of the process that sent the span."""


TYPES = {
    "trace_id": "UUID",
    "span_id": "UBIGINT",
    "parent_id": "UBIGINT",
    "start": "UBIGINT",
    "duration": "UBIGINT",
    "error": "BOOLEAN",
    "attack": "BOOLEAN",
    "blocked": "BOOLEAN",
}
COLUMNS = [(name, TYPES.get(name, "VARCHAR")) for name in SpanRow._fields]
"""Name and DuckDB type of each column."""
