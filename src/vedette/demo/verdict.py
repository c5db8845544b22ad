"""Whether a demo went well: what the agent must have counted in the end."""

from __future__ import annotations

from typing import Any

from vedette.demo.stage import SERVICES

COUNTS = ("traces", "spans", "services", "attacks", "blocked", "drops")


def counts(summary: dict[str, Any]) -> dict[str, int]:
    """The agent's summary as plain counts."""
    return {name: len(value) if isinstance(value := summary.get(name, 0), list) else int(value) for name in COUNTS}


def problems(summary: dict[str, Any]) -> list[str]:
    """What is not as it should be, in words; empty if all is well."""
    if not summary:
        return ["the agent did not answer"]
    counted = counts(summary)
    found = [f"no {name} were counted" for name in ("traces", "spans", "attacks", "blocked") if counted[name] == 0]
    if counted["drops"]:
        found.append(f"{counted['drops']} spans were dropped")
    return found + _absent_services(summary.get("services", []), counted["services"])


def _absent_services(services: Any, count: int) -> list[str]:
    if isinstance(services, list):
        names = {service["name"] if isinstance(service, dict) else service for service in services}
        return [f"nothing was seen of {name}" for name in SERVICES if name not in names]
    return [] if count >= len(SERVICES) else [f"only {count} of {len(SERVICES)} services were seen"]
