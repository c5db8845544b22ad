"""Settings as the native core takes them."""

from __future__ import annotations

import sys

from vedette.lifecycle.announcement import announcement
from vedette.lifecycle.identity import chunk_tags, container_id, inferred_service
from vedette.lifecycle.telemetry import telemetry_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from vedette.settings import Settings

_NEVER = sys.maxsize


def native_options(settings: Settings, in_memory: bool = False) -> dict[str, Any]:
    """The dictionary for `_native.configure`."""
    return {
        **_identity(settings),
        **_sampling(settings),
        **_propagation(settings),
        **_sending(settings, in_memory),
        **live_options(settings),
    }


def live_options(settings: Settings) -> dict[str, Any]:
    """The dictionary for `_native.reconfigure`: what may change at run time."""
    remote = {name for name in ("sample_rate", "sampling_rules") if settings.origin(name).source == "remote_config"}
    return {
        "enabled": settings.enabled,
        "service_mapping": list(settings.service_mapping.items()),
        "tags": list(settings.tags.items()),
        "remote_sample_rate": settings.sample_rate if "sample_rate" in remote else None,
        "remote_sampling_rules": _json(settings.sampling_rules) if "sampling_rules" in remote else None,
    }


def _identity(settings: Settings) -> dict[str, Any]:
    version = sys.version_info
    return {
        "service": settings.service or inferred_service(),
        "env": settings.env or "",
        "version": settings.version or "",
        "hostname": (settings.hostname or _hostname()) if settings.report_hostname else "",
        "language_version": f"{version[0]}.{version[1]}.{version[2]}",
        "interpreter": sys.implementation.name.replace("cpython", "CPython"),
        "chunk_tags": chunk_tags(settings),
        "standalone": not settings.apm_tracing,
        "container_id": container_id(),
        "wide_ids": settings.trace_id_128_bit,
        "partial_flush_min_spans": max(settings.partial_flush_min_spans, 1) if settings.partial_flush else _NEVER,
        "baggage_tag_keys": list(settings.baggage_tag_keys),
    }


def _hostname() -> str:
    import socket  # only where the host is to be reported; costs as much as the rest of the start-up

    return socket.gethostname()


def _sampling(settings: Settings) -> dict[str, Any]:
    return {
        "sample_rate": settings.sample_rate,
        "rate_limit": float(settings.rate_limit),
        "sampling_rules": _json(settings.sampling_rules),
        "span_sampling_rules": _json(settings.span_sampling_rules),
    }


def _json(rules: Sequence[object]) -> str | None:
    if not rules:
        return None
    import json  # only where there are rules

    return json.dumps([dict(rule) for rule in rules])  # type: ignore[call-overload]


def _propagation(settings: Settings) -> dict[str, Any]:
    return {
        "propagation_extract": list(settings.propagation_style_extract),
        "propagation_inject": list(settings.propagation_style_inject),
        "propagation_extract_first": settings.propagation_extract_first,
        "propagation_behavior": settings.propagation_behavior_extract,
        "org_guard": settings.org_guard,
        "org_guard_strict": settings.org_guard_strict,
        "org_guard_trusted": list(settings.org_guard_trusted),
        "tags_header_max": settings.propagation_tags_max_length,
        "baggage_items": settings.baggage_max_items,
        "baggage_bytes": settings.baggage_max_bytes,
    }


def _logs_url(settings: Settings) -> str | None:
    if not settings.security_logs or settings.protection == "off":
        return None
    if settings.otlp_logs_endpoint:
        return settings.otlp_logs_endpoint
    base, found, rest = (settings.otlp_traces_endpoint or "").rpartition("/v1/traces")
    return f"{base}/v1/logs" if found and not rest else None


def _sending(settings: Settings, in_memory: bool) -> dict[str, Any]:
    exporters = settings.exporters
    return {
        "in_memory": in_memory,
        "announcement": announcement(settings) if settings.startup_logs else None,
        "telemetry": None if in_memory else telemetry_options(settings),
        "queue_bytes": settings.queue_bytes,
        "stats": settings.stats,
        "obfuscate_sql": True,
        "source_lines": settings.source_lines,
        "query_string_regexp": settings.query_string_obfuscation,
        "timeout": settings.send_timeout,
        "datadog_url": settings.agent_url if exporters in ("datadog", "both") else None,
        "datadog_version": settings.trace_api_version,
        "otlp_url": settings.otlp_traces_endpoint if exporters in ("otlp", "both") else None,
        "otlp_logs_url": _logs_url(settings),
        "otlp_json": settings.otlp_protocol == "http/json",
        "otlp_gzip": settings.otlp_compression == "gzip",
        "otlp_headers": list(settings.otlp_headers.items()),
        "otlp_certificate": settings.otlp_certificate,
    }
