"""Who asks for configurations, and what became of them there."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from vedette.agent.remote.question import Question
from vedette.agent.remote.targets import Target

MOST = 5_000
"""Clients that are remembered; the ones that were silent longest are forgotten first."""
SILENT = 30.0
"""Seconds after which a client that asks no more is shown as gone quiet."""
GONE = 300.0
"""Seconds after which it is forgotten."""
WAITING, APPLIED, REFUSED = "waiting", "applied", "refused"


class Client(NamedTuple):
    """A process that asks."""

    said: Question
    """Its last question."""
    asked: float
    """By the monotonic clock."""
    wanted: dict[tuple[str, str], int]
    """Versions that it should have, by product and id."""
    version: int
    """Version of all that was wanted when it asked."""

    @property
    def id(self) -> str:
        """The process."""
        return self.said.client

    @property
    def silent(self) -> bool:
        """Whether it has not asked for a while."""
        return time.monotonic() - self.asked > SILENT

    def state(self, product: str, identity: str) -> tuple[str, str]:
        """What became there of a configuration that it should have: applied, refused, waiting; and why."""
        said, version = self.said.reported.get((product, identity)), self.wanted[product, identity]
        if self.said.error and (said is None or said.version != version):
            return REFUSED, self.said.error
        if said is None or said.version != version or said.state not in (2, 3):
            return WAITING, ""
        return (APPLIED, "") if said.state == 2 else (REFUSED, said.error)


class Clients:
    """The clients that asked lately. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Client] = {}

    def note(self, question: Question, targets: list[Target], version: int) -> None:
        """A client has asked, and is to have these."""
        wanted = {(target.product, target.id): target.version for target in targets}
        client = Client(question, time.monotonic(), wanted, version)
        with self._lock:
            self._known.pop(client.id, None)
            self._known[client.id] = client  # at the end: the first ones are the oldest
            oldest = time.monotonic() - GONE
            for known in list(self._known.values()):
                if known.asked >= oldest and len(self._known) <= MOST:
                    break
                del self._known[known.id]

    def all(self) -> list[Client]:
        """The clients, by service."""
        with self._lock:
            known = [client for client in self._known.values() if time.monotonic() - client.asked < GONE]
        return sorted(known, key=lambda client: (client.said.service.lower(), client.said.env.lower(), client.id))
