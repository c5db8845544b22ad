"""APM_TRACING: sampling, correlation of logs, tags, and whether traces are sent."""

from __future__ import annotations

from vedette.remote.settings_values import Wanted
from vedette.remote.target import target_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import RemoteConfig


def parse(config: RemoteConfig) -> Wanted:
    """Reads a configuration. Raises ValueError for one that can't be used; unknown entries are passed over."""
    value = config.value()
    library = value.get("lib_config") if isinstance(value, dict) else None
    if not isinstance(library, dict):
        raise ValueError("lib_config: expected an object")
    values = {
        "sample_rate": library.get("tracing_sampling_rate"),
        "sampling_rules": library.get("tracing_sampling_rules"),
        "logs_injection": library.get("log_injection_enabled"),
        "enabled": library.get("tracing_enabled"),
        "header_tags": _pairs(library, "tracing_header_tags", "header", "tag_name"),
        "service_mapping": _pairs(library, "tracing_service_mapping", "from_key", "to_name"),
        "tags": _tags(library.get("tracing_tags")),
    }
    revision = value.get("revision")
    return Wanted(target_of(value), values, (revision if isinstance(revision, int) else config.version, config.id))


def _pairs(library: dict[str, Any], name: str, key: str, to: str) -> dict[str, str] | None:
    entries = library.get(name)
    if entries is None:
        return None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and key in entry for entry in entries):
        raise ValueError(f"{name}: expected a list of objects with {key} and {to}")
    return {str(entry[key]): str(entry.get(to) or "") for entry in entries}


def _tags(entries: Any) -> dict[str, str] | None:
    if entries is None:
        return None
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise ValueError("tracing_tags: expected a list of texts")
    pairs = (entry.partition(":") for entry in entries)
    return {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
