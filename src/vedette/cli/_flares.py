"""Asks running processes what they know of themselves, and waits for what they send."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vedette.cli._desk import Desk

PAUSE = 0.2
"""Seconds between two questions to the agent."""
FOREVER = 300
"""Seconds after which nobody waits for a flare any more, whatever becomes of this command."""


def ask(desk: Desk, service: str, env: str, patience: float) -> Iterator[dict[str, Any]]:
    """The flares of all processes of a service that are there now, as they come. Raises Refused.

    Ends when each process has sent its own or has refused to, or after `patience` seconds.
    """
    case = f"cli-{uuid.uuid4().hex[:12]}"
    identity = f"AGENT_TASK/{case}"
    task = {"task_type": "tracer_flare", "uuid": case, "args": {"case_id": case, "user_handle": "", "hostname": ""}}
    desk.ask("PUT", "config", identity, body={"value": task, "for": FOREVER}, service=service, env=env)
    try:
        yield from _arriving(desk, case, time.monotonic() + patience)
    finally:
        desk.ask("DELETE", "config", identity, service=service, env=env)


def _arriving(desk: Desk, case: str, until: float) -> Iterator[dict[str, Any]]:
    seen: set[int] = set()
    while True:
        is_over = _is_settled(desk, case) or time.monotonic() > until  # asked before: a flare comes before its verdict
        for flare in desk.ask("GET", "flares")["flares"]:
            if flare["case"] == case and flare["id"] not in seen:
                seen.add(flare["id"])
                yield flare
        if is_over:
            return
        time.sleep(PAUSE)


def _is_settled(desk: Desk, case: str) -> bool:
    """Whether each process that is to send one has said what became of it."""
    clients = [client for client in desk.ask("GET")["clients"] if not client["silent"]]
    configs = [config for client in clients for config in client["configs"] if config["id"] == case]
    return (
        bool(configs)
        and all(client["settled"] for client in clients if _is_asked(client, case))
        and all(config["state"] != "waiting" for config in configs)
    )


def _is_asked(client: dict[str, Any], case: str) -> bool:
    return any(config["id"] == case for config in client["configs"])


def save(desk: Desk, flare: dict[str, Any], folder: Path) -> Path:
    """Writes a flare into a folder; where it is now. Raises Refused, OSError."""
    path = folder / Path(flare["name"]).name
    path.write_bytes(desk.fetch("flares", str(flare["id"])))
    return path
