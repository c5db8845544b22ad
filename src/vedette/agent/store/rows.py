"""The rows that decoded payloads become: the contract between the native decoder and the store."""

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


class LogRow(NamedTuple):
    """One log record, in the order in which `vedette._native.decode_logs` gives the columns."""

    time: int
    """Nanoseconds since the epoch, by the sender's clock."""
    trace_id: str
    """32 lower-case hex digits; zeros for none."""
    span_id: int
    """0 for none."""
    service: str
    severity: int
    """1 (trace) to 24 (fatal); 0 for unknown."""
    level: str
    """Severity as the sender calls it."""
    logger: str
    body: str
    """The message; what is no text is JSON."""
    event: str
    """Name of the event, for records that are one."""
    attributes: str
    """JSON object."""
    process: str
    """JSON object: attributes of the process that sent the record."""


class MetricRow(NamedTuple):
    """One data point, in the order in which `vedette._native.decode_metrics` gives the columns."""

    time: int
    """Nanoseconds since the epoch, by the sender's clock."""
    start: int
    """Beginning of what the point sums up; 0 for none."""
    service: str
    name: str
    kind: str
    """`gauge`, `sum`, `histogram`, `exponential_histogram`, `summary`."""
    value: float | None
    """The number; of a distribution, its sum."""
    unit: str
    """In UCUM."""
    description: str
    temporality: str
    """`delta`, `cumulative`, or empty."""
    monotonic: bool
    details: str
    """JSON object: count, buckets, quantiles of a distribution."""
    attributes: str
    """JSON object."""
    process: str
    """JSON object: attributes of the process that sent the point."""
