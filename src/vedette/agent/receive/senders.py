"""Who reports: processes by service, what they are, how much they sent, and when last."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vedette.agent.receive.crashes import Crashes

MOST = 500
"""Processes that are remembered; who was silent longest is forgotten first."""
MOST_NAMES = 300
"""Names of libraries, and of integrations, that are kept of one process."""
LONGEST = 200
"""Characters of any text that is kept."""
FACTS = {
    "service": "service.name",
    "env": "deployment.environment.name",
    "version": "service.version",
    "instance": "service.instance.id",
    "language": "telemetry.sdk.language",
    "language_version": "process.runtime.version",
    "tracer": "telemetry.sdk.name",
    "tracer_version": "telemetry.sdk.version",
    "host": "host.name",
}
"""What is told of a process, and the attribute that says it."""
TOLD = {
    "service": "service_name",
    "env": "env",
    "version": "service_version",
    "language": "language_name",
    "language_version": "language_version",
    "tracer_version": "tracer_version",
}
"""The same, in the `application` of Datadog's telemetry."""


@dataclass
class Sender:
    """One process."""

    facts: dict[str, str] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    """Rows by kind: `spans`, `logs`, `metrics`."""
    refused: int = 0
    """Rows that there was no room for."""
    first: int = field(default_factory=time.time_ns)
    last: int = 0
    """Nanoseconds since the epoch."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Version by name, as its tracer told."""
    integrations: dict[str, str] = field(default_factory=dict)
    """`on`, `off`, or the error, by name, as its tracer told."""

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        counts = {name: self.received[name] for name in ("spans", "logs", "metrics")}
        times = {"refused": self.refused, "first_seen": self.first, "last_seen": self.last}
        return {**self.facts, **counts, **times, "libraries": self.libraries, "integrations": self.integrations}


class Senders:
    """All of them, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Sender] = OrderedDict()
        self.crashes = Crashes()
        """Processes that a fault killed."""
        self.on_endpoints: Callable[[str, str, list[Any]], None] | None = None
        """Who is told of the endpoints that an application says it has: service, environment, what it said."""

    def note(self, kind: str, rows: Sequence[tuple[Any, ...]], kept: bool) -> None:
        """Counts the rows of one payload; the last column of each says whose it is."""
        for process, count in Counter(row[-1] for row in rows).items():
            facts = _facts(process)
            with self._lock:
                sender = self._of(facts)
                sender.received[kind] += count if kept else 0
                sender.refused += 0 if kept else count

    def telemetry(self, body: bytes) -> None:
        """Takes what a tracer's telemetry tells of its process; what is no telemetry is passed over."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict) or not isinstance(message.get("application"), dict):
            return
        told = {name: message["application"].get(key) for name, key in TOLD.items()}
        facts = {name: value[:LONGEST] for name, value in told.items() if isinstance(value, str) and value}
        if isinstance(message.get("runtime_id"), str):
            facts["instance"] = message["runtime_id"][:LONGEST]
        with self._lock:
            sender = self._of(facts, sure=False)
            for event in _events(message):
                _take(sender.libraries, event.get("dependencies"), _version)
                _take(sender.integrations, event.get("integrations"), _state)
        for event in _events(message):
            self.crashes.take(facts, event.get("logs"))
            if self.on_endpoints is not None and isinstance(event.get("endpoints"), list):
                self.on_endpoints(facts.get("service", ""), facts.get("env", ""), event["endpoints"])

    def as_json(self) -> list[dict[str, Any]]:
        """Who was heard of last comes first."""
        with self._lock:
            return [sender.as_json() for sender in reversed(self._known.values())]

    def _of(self, facts: dict[str, str], sure: bool = True) -> Sender:
        """The sender of these facts. What telemetry says is not sure: its service may be another than that of spans."""
        key = facts.get("instance") or f"{facts.get('service', '')}\0{facts.get('host', '')}"
        sender = self._known.setdefault(key, Sender())
        sender.facts = {**sender.facts, **facts} if sure else {**facts, **sender.facts}
        sender.last = time.time_ns()
        self._known.move_to_end(key)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return sender


def _facts(process: str) -> dict[str, str]:
    attributes = json.loads(process or "{}")
    found = {name: attributes.get(attribute) for name, attribute in FACTS.items()}
    return {name: str(value)[:LONGEST] for name, value in found.items() if value}


def _events(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The payload of a message, or of each in a batch."""
    payload = message.get("payload")
    if message.get("request_type") == "message-batch" and isinstance(payload, list):
        payloads = [item.get("payload") for item in payload[:100] if isinstance(item, dict)]
    else:
        payloads = [payload]
    return [item for item in payloads if isinstance(item, dict)]


def _take(known: dict[str, str], items: Any, value: Any) -> None:
    for item in items if isinstance(items, list) else ():
        name = item.get("name") if isinstance(item, dict) else None
        if isinstance(name, str) and (name in known or len(known) < MOST_NAMES):
            known[name[:LONGEST]] = value(item)[:LONGEST]


def _version(item: dict[str, Any]) -> str:
    return str(item.get("version") or "")


def _state(item: dict[str, Any]) -> str:
    return str(item.get("error") or ("on" if item.get("enabled", True) else "off"))
