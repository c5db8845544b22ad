"""Forwarding: each target has a spool and a thread that empties it."""

from __future__ import annotations

import hashlib
import http.client
import threading
import time
from pathlib import Path
from typing import Any

from vedette.agent.counters import Counters
from vedette.agent.forward.letters import Letter, Unsupported, for_datadog, for_otlp
from vedette.agent.forward.spool import Spool
from vedette.agent.forward.target import Sending, Target

WRITERS = {"otlp": for_otlp, "datadog": for_datadog}
TOGETHER = 2 << 20
"""Bytes of letters that are sent as one."""
SHORTEST, LONGEST = 0.5, 60.0
"""Seconds between two attempts: doubled with each that fails."""
LEAVE = 0.7
"""Seconds that the end of the agent waits for the spool to become empty."""
TRY_AGAIN = (408, 425, 429)
"""Statuses below 500 after which the same request may succeed."""


class Line:
    """The way to one target."""

    def __init__(self, target: Target, spool: Spool, counters: Counters) -> None:
        self.target = target
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
        return {"kind": self.target.kind, "url": self.target.url, **waiting, "trouble": self.trouble}

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
            status, after = self._sending.post(letters)
        except (OSError, http.client.HTTPException) as error:
            self.trouble = f"{type(error).__name__}: {error}"[:200]
            return 0.0
        if status >= 500 or status in TRY_AGAIN:
            self.trouble = f"it answers {status}"
            return float(after) if after.isdecimal() else 0.0
        self._done(letters, places, status)
        return None

    def _done(self, letters: list[Letter], places: int, status: int) -> None:
        self._spool.remove(places)
        self._counters.add("dropped.forward_unreadable", places - len(letters))
        if status < 300:
            self.trouble = ""
            self._counters.add("forward.sent", len(letters))
        else:
            self.trouble = f"it refuses with {status}"
            self._counters.add("dropped.forward_refused", len(letters))


class Forwarder:
    """All targets."""

    def __init__(self, targets: list[Target], folder: Path | None, most: int, counters: Counters) -> None:
        """Each target may have `most` bytes waiting, below `folder` (None: in memory).

        Raises:
            OSError: the folder can't be used.
        """
        self.lines = [Line(target, Spool(_folder(folder, target), most), counters) for target in targets]
        self._counters = counters

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
