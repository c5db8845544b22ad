"""The recorder seen from a test: a backend in a process of its own that says what it received."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import process
from tests.services.received import Span

ROOT = Path(__file__).resolve().parents[2]
MODES = ("healthy", "dead", "silent", "failing", "slow")


@dataclass(frozen=True)
class Received:
    """One look at what arrived."""

    spans: list[Span]
    stats: list[Any]
    requests: list[dict[str, Any]]
    errors: list[str]
    span_count: int
    refused: int

    def traces(self) -> dict[str, list[Span]]:
        """The spans by trace id, in the order of their start."""
        grouped: dict[str, list[Span]] = {}
        for span in sorted(self.spans, key=lambda span: int(span["start"])):
            grouped.setdefault(low_half(span), []).append(span)
        return grouped

    def named(self, name: str) -> list[Span]:
        """The spans of one operation."""
        return [span for span in self.spans if span["name"] == name]


def low_half(span: Span) -> str:
    """What all spans of a trace share: in the Agent protocol only a chunk's first span carries the high half."""
    return str(span["trace_id"])[16:]


@dataclass(frozen=True)
class Recorder:
    """A running recorder; ``url`` is what goes into ``VEDETTE_AGENT_URL``."""

    port: int
    control: int

    @property
    def url(self) -> str:
        """The intake's address."""
        return f"http://127.0.0.1:{self.port}"

    def received(self) -> Received:
        """Everything that arrived since the last ``clear``."""
        return Received(**self._ask("GET", "/received"))

    def clear(self) -> None:
        """Forget what arrived."""
        self._ask("DELETE", "/received")

    def play(self, mode: str) -> None:
        """Become a healthy, dead, silent, failing or slow backend."""
        assert mode in MODES, mode
        self._ask("PUT", f"/mode/{mode}")

    def wait_for(self, enough: Callable[[Received], bool], seconds: float = 10.0) -> Received:
        """Look until ``enough`` holds or the time is over; returns the last look either way."""
        deadline = time.monotonic() + seconds
        while not enough(seen := self.received()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return seen

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.control}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextlib.contextmanager
def running() -> Iterator[Recorder]:
    """A recorder in a process of its own, healthy at first."""
    (intake,) = process.free_ports(1)

    def command(_home: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "tests.services.recorder_server", str(intake), str(port)]

    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    env["PYTHONPATH"] = str(ROOT)
    with process.served(
        "recorder", command, lambda port: bool(Recorder(intake, port)._ask("GET", "/mode")), env
    ) as port:
        yield Recorder(intake, port)
