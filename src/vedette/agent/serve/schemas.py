"""JSON Schemas of what the API answers, each thing once; names are those of OpenAPI's components."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
ANYTHING: Schema = {"type": "object"}
COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
NANOSECONDS: Schema = {"type": "integer", "minimum": 0, "description": "nanoseconds"}
MOMENT: Schema = {"type": "integer", "minimum": 0, "description": "nanoseconds since the Unix epoch"}
TRACE_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
SPAN_ID: Schema = {"type": "string", "pattern": "^([0-9a-f]{16})?$"}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}


def made_of(**properties: Schema) -> Schema:
    """An object that has at least these members."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def named(name: str) -> Schema:
    """One of `COMPONENTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


GROUP = {
    "calls": WHOLE,
    "errors": WHOLE,
    "attacks": WHOLE,
    "p50": maybe(NANOSECONDS),
    "p95": maybe(NANOSECONDS),
    "p99": maybe(NANOSECONDS),
    "last": MOMENT,
}
SPAN = {
    "span_id": SPAN_ID,
    "parent_id": SPAN_ID,
    "service": TEXT,
    "env": TEXT,
    "version": TEXT,
    "name": TEXT,
    "resource": TEXT,
    "type": TEXT,
    "kind": TEXT,
    "start": MOMENT,
    "duration": NANOSECONDS,
    "error": TRUTH,
    "status": TEXT,
    "attack": TRUTH,
    "blocked": TRUTH,
    "attributes": ANYTHING,
    "events": many(made_of(name=TEXT, time_unix_nano=MOMENT, attributes=ANYTHING)),
    "links": many(made_of(trace_id=TRACE_ID, span_id=SPAN_ID, attributes=ANYTHING)),
    "failure": ANYTHING,
    "structures": ANYTHING,
    "process": ANYTHING,
}
ROOT = made_of(service=TEXT, name=TEXT, resource=TEXT, type=TEXT, status=TEXT, duration=NANOSECONDS, error=TRUTH)
COMPONENTS: dict[str, Schema] = {
    "Error": made_of(error=TEXT),
    "TraceSummary": made_of(
        trace_id=TRACE_ID,
        root=ROOT,
        start=MOMENT,
        duration=NANOSECONDS,
        spans=WHOLE,
        errors=WHOLE,
        attacks=WHOLE,
        blocked=TRUTH,
        services=many(TEXT),
    ),
    "Span": made_of(**SPAN),
    "Trace": made_of(trace_id=TRACE_ID, start=MOMENT, duration=NANOSECONDS, cut=TRUTH, spans=many(named("Span"))),
    "Service": made_of(service=TEXT, dependency=TRUTH, type=maybe(TEXT), spans=WHOLE, **GROUP),
    "Edge": made_of(caller=TEXT, callee=TEXT, calls=WHOLE, errors=WHOLE, p95=NUMBER),
    "Group": made_of(resource=TEXT, total=NUMBER, longest=NANOSECONDS, **GROUP),
    "ErrorGroup": made_of(
        fingerprint=TEXT,
        service=TEXT,
        type=TEXT,
        message=TEXT,
        traces=WHOLE,
        spans=WHOLE,
        first=MOMENT,
        last=MOMENT,
        trace_id=TRACE_ID,
    ),
    "Log": made_of(
        time=MOMENT,
        trace_id={"type": "string", "pattern": "^([0-9a-f]{32})?$"},
        span_id=SPAN_ID,
        service=TEXT,
        severity=WHOLE,
        level=TEXT,
        logger=TEXT,
        body=TEXT,
        event=TEXT,
        attributes=ANYTHING,
        process=ANYTHING,
    ),
    "Point": made_of(
        time=MOMENT,
        start=MOMENT,
        service=TEXT,
        name=TEXT,
        kind=TEXT,
        value=maybe(NUMBER),
        unit=TEXT,
        description=TEXT,
        temporality=TEXT,
        monotonic=TRUTH,
        details=ANYTHING,
        attributes=ANYTHING,
        process=ANYTHING,
    ),
    "Metric": made_of(service=TEXT, name=TEXT, kind=TEXT, unit=TEXT, points=WHOLE, newest=maybe(NUMBER), last=MOMENT),
    "Sender": made_of(
        spans=WHOLE,
        logs=WHOLE,
        metrics=WHOLE,
        refused=WHOLE,
        first_seen=MOMENT,
        last_seen=MOMENT,
        libraries=TEXTS,
        integrations=TEXTS,
    ),
}
