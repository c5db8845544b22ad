"""What the agent is told of the settings: every source that has a value for an option, secrets masked."""

from __future__ import annotations

import os

from vedette.settings import OPTIONS
from vedette.settings.masking import sendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vedette.settings import Option, Settings

    Entry = dict[str, Any]

_ORIGINS = {"file": "code"}  # the names of the protocol, which knows no project files
_OTHERS = {"DD_INJECTION_ENABLED": False, "DD_INJECT_FORCE": False, "DD_APPSEC_SCA_ENABLED": True}
"""Variables that others read, and whether they are told of where they are not set."""


def telemetry_options(settings: Settings) -> dict[str, Any] | None:
    """For the native core; None where nothing is told."""
    if not settings.telemetry or settings.exporters not in ("datadog", "both"):
        return None
    installed = (settings.install_id, settings.install_type, settings.install_time)
    return {
        "configuration": [*entries(settings), *_others()],
        "heartbeat": settings.telemetry_heartbeat,
        "extended_heartbeat": settings.telemetry_extended_heartbeat,
        "metrics": settings.telemetry_metrics,
        "dependencies": settings.telemetry_dependencies,
        "logs": settings.telemetry_logs,
        "crashes": settings.crash_reports,
        "protection": settings.protection != "off",
        "install": installed if all(installed) else None,
    }


def entries(settings: Settings, names: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Of all options, or of those named: one entry per source, the one in effect last."""
    for name in names or OPTIONS:
        option = OPTIONS[name]
        for origin in settings.all_origins(name):
            source = _ORIGINS.get(origin.source, origin.source)
            entry = _entry(_spelling(option), _text(sendable(option, origin.value)), source)
            yield {**entry, "config_id": origin.config_id} if origin.config_id else entry


def _others() -> Iterator[Entry]:
    for name, always in _OTHERS.items():
        value = os.environ.get(name)
        if value is not None or always:
            yield _entry(name, value, "default" if value is None else "env_var")


def _entry(name: str, value: str | None, origin: str) -> Entry:
    return {"name": name, "value": value, "origin": origin}


def _spelling(option: Option[Any]) -> str:
    """The name that people of Datadog know the option by, or its own."""
    names = (alias if isinstance(alias, str) else alias.name for alias in option.aliases)
    return next((name for name in names if name.startswith("DD_")), option.variable)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ",".join(f"{key}:{each}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value)
