"""What runs in the processes that report: packages and integrations, by service."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units


def packages(senders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each service that told: `libraries` (name, versions), integrations that are `on`, and `others` (name, why)."""
    services: dict[str, list[dict[str, Any]]] = {}
    for sender in senders:
        if sender["libraries"] or sender["integrations"]:
            services.setdefault(sender.get("service", "unknown"), []).append(sender)
    return [_of(name, services[name]) for name in sorted(services)]


def _of(service: str, processes: list[dict[str, Any]]) -> dict[str, Any]:
    states: dict[str, str] = {}
    for process in processes:
        states.update(process["integrations"])
    unusual = [name for name in sorted(states) if states[name] not in ("on", "off")]
    return {
        "service": service,
        "colour": units.colour(service),
        "processes": "1 process" if len(processes) == 1 else f"{len(processes):,} processes",
        "libraries": _libraries(processes),
        "on": sorted(name for name, state in states.items() if state == "on"),
        "others": [{"name": name, "text": states[name]} for name in unusual],
    }


def _libraries(processes: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Several versions of one where processes differ: a deployment that is half done, for instance."""
    versions: dict[str, set[str]] = {}
    for process in processes:
        for name, version in process["libraries"].items():
            versions.setdefault(name, set()).add(version)
    return [{"name": name, "text": ", ".join(sorted(versions[name]))} for name in sorted(versions, key=str.lower)]
