"""What the line about the configuration tells, under the names that tools know from other tracers' lines.

The native core writes it to standard error when the first trace is sent: a process without traces says nothing.
"""

from __future__ import annotations

import sys

from vedette import _native
from vedette.lifecycle.identity import inferred_service
from vedette.settings import OPTIONS
from vedette.settings.masking import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.settings import Settings


def announcement(settings: Settings) -> dict[str, Any]:
    """The configuration in effect, secrets masked."""
    told = {**_process(), **_identity(settings), **_sending(settings), **_tracing(settings)}
    return {name: masked(OPTIONS["tags"], value) for name, value in told.items()}  # tags may be named like secrets, too


def _process() -> dict[str, Any]:
    return {
        "version": _native.__version__,
        "lang": "python",
        "lang_version": sys.version.partition(" ")[0],
        "os_name": sys.platform,
        "is_64_bit": sys.maxsize > 2**32,
        "in_virtual_env": sys.prefix != sys.base_prefix,
    }


def _identity(settings: Settings) -> dict[str, Any]:
    return {
        "service": settings.service or inferred_service(),
        "env": settings.env,
        "dd_version": settings.version,
        "tags": dict(settings.tags),
        "service_mapping": dict(settings.service_mapping),
    }


def _sending(settings: Settings) -> dict[str, Any]:
    exporters = settings.exporters
    return {
        "agent_url": settings.agent_url if exporters in ("datadog", "both") else None,
        "otlp_url": settings.otlp_traces_endpoint if exporters in ("otlp", "both") else None,
        "enabled": settings.enabled,
        "debug": settings.debug,
        "stats_enabled": settings.stats,
        "partial_flush_enabled": settings.partial_flush,
        "partial_flush_min_spans": settings.partial_flush_min_spans,
    }


def _tracing(settings: Settings) -> dict[str, Any]:
    return {
        "sample_rate": settings.sample_rate,
        "sampling_rules": list(settings.sampling_rules),
        "span_sampling_rules": list(settings.span_sampling_rules),
        "propagation_style_extract": list(settings.propagation_style_extract),
        "propagation_style_inject": list(settings.propagation_style_inject),
        "128_bit_traceid_generation_enabled": settings.trace_id_128_bit,
        "log_injection_enabled": settings.logs_injection,
        "detail": settings.detail,
        "appsec": settings.protection,
        "problems": [str(problem) for problem in settings.problems],
    }
