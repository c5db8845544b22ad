"""What a tracer sent, decoded from each protocol into one plain form.

A span is a dict: ``trace_id`` (32 hex digits), ``span_id`` and ``parent_id`` (16 hex digits, all zero for none),
``name``, ``resource``, ``service``, ``type``, ``start`` and ``duration`` (nanoseconds), ``error``, ``meta``
(strings), ``metrics`` (numbers), ``links``, ``events``, ``protocol``,
and from Datadog's newest protocol ``structures``. For OTLP, ``resource`` and ``name`` are both
the span's name and ``meta`` holds every attribute.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import msgpack  # type: ignore[import-untyped]

Span = dict[str, Any]
NO_PARENT = "0" * 16


def decode(path: str, content_type: str, encoding: str, body: bytes) -> list[list[Span]]:
    """The traces of one request; raises ValueError when the body is not what its path says."""
    plain = gzip.decompress(body) if encoding == "gzip" else body
    if path == "/v0.4/traces":
        return [[_from_v04(span) for span in trace] for trace in _unpack(plain)]
    if path == "/v0.5/traces":
        strings, traces = _unpack(plain)
        return [[_from_v04(_expand(strings, span)) for span in trace] for trace in traces]
    if path == "/v1/traces":
        return _from_otlp(_otlp(content_type, plain))
    raise ValueError(f"no decoder for {path}")


def stats(body: bytes) -> Any:
    """The decoded payload of ``/v0.6/stats``."""
    return _unpack(body)


def _unpack(body: bytes) -> Any:
    return msgpack.unpackb(body, strict_map_key=False, raw=False)


def _from_v04(span: Span) -> Span:
    meta = span.get("meta") or {}
    return {
        "protocol": "datadog",
        "trace_id": meta.get("_dd.p.tid", NO_PARENT) + f"{span['trace_id']:016x}",
        "span_id": f"{span['span_id']:016x}",
        "parent_id": f"{span.get('parent_id') or 0:016x}",
        **{key: span.get(key) or "" for key in ("name", "resource", "service", "type")},
        **{key: span.get(key) or 0 for key in ("start", "duration", "error")},
        "meta": meta,
        "metrics": span.get("metrics") or {},
        "links": span.get("span_links") or [],
        "events": span.get("span_events") or [],
        "structures": {key: _unpack(value) for key, value in (span.get("meta_struct") or {}).items()},
    }


V05_FIELDS = (
    "service",
    "name",
    "resource",
    "trace_id",
    "span_id",
    "parent_id",
    "start",
    "duration",
    "error",
    "meta",
    "metrics",
    "type",
)


def _expand(strings: list[str], row: list[Any]) -> Span:
    """A v0.5 span is a row of twelve, its strings given by their place in the table."""
    span = dict(zip(V05_FIELDS, row))
    for key in ("service", "name", "resource", "type"):
        span[key] = strings[span[key]]
    span["meta"] = {strings[key]: strings[value] for key, value in span["meta"].items()}
    span["metrics"] = {strings[key]: value for key, value in span["metrics"].items()}
    return span


def _otlp(content_type: str, body: bytes) -> Any:
    if content_type.startswith("application/json"):
        return json.loads(body)
    # Only here: the recorder also serves tests of environments that have no protobuf.
    from google.protobuf.json_format import MessageToDict
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return MessageToDict(ExportTraceServiceRequest.FromString(body), use_integers_for_enums=True)


def _from_otlp(request: Any) -> list[list[Span]]:
    traces: dict[str, list[Span]] = {}
    for group in request.get("resourceSpans", ()):
        resource = _attributes(group.get("resource", {}).get("attributes", ()))
        for scope in group.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                made = _from_otlp_span(span, str(resource.get("service.name", "")))
                traces.setdefault(made["trace_id"], []).append(made)
    return list(traces.values())


def _from_otlp_span(span: Any, service: str) -> Span:
    start = int(span.get("startTimeUnixNano", 0))
    return {
        "protocol": "otlp",
        "trace_id": _hex(span["traceId"], 32),
        "span_id": _hex(span["spanId"], 16),
        "parent_id": _hex(span.get("parentSpanId", ""), 16) or NO_PARENT,
        "name": span.get("name", ""),
        "resource": span.get("name", ""),
        "service": service,
        "type": str(span.get("kind", 0)),
        "start": start,
        "duration": int(span.get("endTimeUnixNano", 0)) - start,
        "error": int(span.get("status", {}).get("code", 0) == 2),
        "meta": _attributes(span.get("attributes", ())),
        "metrics": {},
        "links": span.get("links", []),
        "events": span.get("events", []),
    }


def _hex(value: str, digits: int) -> str:
    """OTLP's JSON writes ids in hex; protobuf's own JSON mapping writes them in base64."""
    return value.lower() if len(value) in (0, digits) else base64.b64decode(value).hex()


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value", {})) for pair in pairs}


def _value(value: dict[str, Any]) -> Any:
    kind: str = next(iter(value), "stringValue")
    inner: Any = value.get(kind, "")
    if kind == "arrayValue":
        return [_value(item) for item in inner.get("values", ())]
    return int(inner) if kind == "intValue" else inner
