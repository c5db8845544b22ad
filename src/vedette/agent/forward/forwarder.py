"""Forwarding: each target has a spool and a thread that empties it."""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import secrets
import threading
import time
from pathlib import Path
from typing import Any

from vedette.agent.counters import Counters
from vedette.agent.forward.letters import VIA, Letter, Unsupported, for_datadog, for_otlp, names
from vedette.agent.forward.spool import Spool
from vedette.agent.forward.target import Answer, Sending, Target

WRITERS = {"otlp": for_otlp, "datadog": for_datadog}
TOGETHER = 2 << 20
"""Bytes of letters that are sent as one."""
SHORTEST, LONGEST = 0.5, 60.0
"""Seconds between two attempts: doubled with each that fails."""
LEAVE = 0.7
"""Seconds that the end of the agent waits for the spool to become empty."""
MOST_AGENTS = 8
"""Agents that a payload may come by."""
LOOP = 508
"""Status of a receiver that sent the letter itself (RFC 5842)."""
TRY_AGAIN = (408, 425, 429)
"""Statuses below 500 after which the same request may succeed."""


class Line:
    """The way to one target."""

    def __init__(self, target: Target, spool: Spool, counters: Counters, name: str) -> None:
        self.target = target
        self.name = name
        """Of this agent, see `VIA`."""
        self.trouble = ""
        """Why the last attempt failed; empty after a success."""
        self._spool = spool
        self._counters = counters
        self._sending = Sending(target)
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vedette-forward", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def offer(self, signal: str, form: str, body: bytes, headers: list[tuple[str, str]]) -> bool:
        """Takes a payload; False, and counted, if it can't be sent on."""
        try:
            letters = WRITERS[self.target.kind](signal, form, body, headers)
        except Unsupported:
            self._counters.add("ignored.forward")
            return False
        except ValueError:
            self._counters.add("dropped.forward_unreadable")
            return False
        via = ",".join([*names(headers), self.name])
        letters = [dataclasses.replace(letter, headers={**letter.headers, VIA: via}) for letter in letters]
        self._idle.clear()
        taken = [self._spool.put(letter) for letter in letters]
        self._counters.add("dropped.forward_full", taken.count(False))
        return all(taken)

    def stop(self) -> None:
        """Sends what can be sent in a moment; files wait for the next start."""
        if not self.trouble:
            self._idle.wait(LEAVE)
        self._stopping.set()
        self._spool.wake()
        self._thread.join(LEAVE)

    def lost(self) -> int:
        """Letters that end with this process."""
        return len(self._spool) if self._spool.in_memory else 0

    def as_json(self) -> dict[str, Any]:
        """For the API; headers, which may hold keys, stay out."""
        waiting = {"waiting": len(self._spool), "waiting_bytes": self._spool.size}
        return {"kind": self.target.kind, "url": self.target.shown, **waiting, "trouble": self.trouble}

    def _run(self) -> None:
        pause = SHORTEST
        while not self._stopping.is_set():
            if not self._spool.wait(0.2):
                self._idle.set()
                continue
            asked = self._attempt()
            if asked is None:
                pause = SHORTEST
                continue
            self._counters.add("forward.retries")
            self._stopping.wait(min(max(asked, pause), LONGEST))
            pause = min(pause * 2, LONGEST)

    def _attempt(self) -> float | None:
        """Sends the oldest letters; None if they are done with, else the seconds that the receiver asked to wait."""
        letters, places = self._spool.first(TOGETHER)
        if not letters:
            self._spool.remove(places)
            self._counters.add("dropped.forward_unreadable", places)
            return None
        try:
            answer = self._sending.post(letters)
        except (OSError, http.client.HTTPException) as error:
            self.trouble = f"{type(error).__name__}: {error}"[:200]
            return 0.0
        except Exception as error:  # whatever is wrong with these letters, those behind them can be sent
            self._unsendable(places, error)
            return None
        if (answer.status >= 500 and answer.status != LOOP) or answer.status in TRY_AGAIN:
            self.trouble = f"it answers {answer.status} {answer.said}".strip()
            return float(answer.retry_after) if answer.retry_after.isdecimal() else 0.0
        self._done(letters, places, answer)
        return None

    def _unsendable(self, places: int, error: Exception) -> None:
        self._sending.close()
        self._spool.remove(places)
        self.trouble = f"{type(error).__name__}: {error}"[:200]
        self._counters.add("dropped.forward_unsendable", places)

    def _done(self, letters: list[Letter], places: int, answer: Answer) -> None:
        self._spool.remove(places)
        self._counters.add("dropped.forward_unreadable", places - len(letters))
        if answer.status < 300:
            self.trouble = ""
            self._counters.add("forward.sent", len(letters))
        else:
            self.trouble = f"it refuses with {answer.status} {answer.said}".strip()
            self._counters.add("dropped.forward_refused", len(letters))


class Forwarder:
    """All targets."""

    def __init__(self, targets: list[Target], folder: Path | None, most: int, counters: Counters) -> None:
        """Each target may have `most` bytes waiting, below `folder` (None: in memory).

        Raises:
            OSError: the folder can't be used.
        """
        self.name = secrets.token_hex(8)
        """Of this agent, for as long as it runs; see `VIA`."""
        spools = [Spool(_folder(folder, target), most) for target in targets]
        self.lines = [Line(target, spool, counters, self.name) for target, spool in zip(targets, spools)]
        self._counters = counters

    def goes_round(self, headers: list[tuple[str, str]]) -> bool:
        """Whether a payload with these headers was sent by this agent, or has come by too many."""
        came_by = names(headers)
        return self.name in came_by or len(came_by) >= MOST_AGENTS

    def start(self) -> None:
        """Starts the threads."""
        for line in self.lines:
            line.start()

    def offer(self, signal: str, form: str, body: bytes, headers: list[tuple[str, str]]) -> bool:
        """Takes a payload for all targets; whether each of them will get it."""
        taken = [line.offer(signal, form, body, headers) for line in self.lines]  # each is to hear of it
        return bool(taken) and all(taken)

    def stop(self) -> None:
        """Ends the threads; what waits in memory is lost, and counted."""
        deadline = time.monotonic() + 2 * LEAVE
        for line in self.lines:
            if time.monotonic() < deadline:
                line.stop()
            self._counters.add("dropped.forward_stopped", line.lost())


def _folder(folder: Path | None, target: Target) -> Path | None:
    """One that is the same for the same target in another process."""
    mark = hashlib.sha256(f"{target.kind} {target.url}".encode()).hexdigest()[:12]
    return None if folder is None else folder / "forward" / f"{target.kind}-{mark}"
