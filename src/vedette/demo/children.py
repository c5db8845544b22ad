"""The demo's processes: each in a session of its own, so that Ctrl-C reaches only the demo, which then ends them in
order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.1
WINDOWS = sys.platform == "win32"


Ready = Callable[["Child"], bool]


class ChildFailed(RuntimeError):
    """A process of the demo exited, or did not become ready."""


@dataclass
class Child:
    """One started process and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    ready: Ready
    killed: bool = False

    def wait_until_ready(self, deadline: float) -> None:
        """Poll the child's own sign of readiness; raises `ChildFailed` when it exits, or at the deadline (monotonic
        seconds).
        """
        while not self.ready(self):
            if not self.alive:
                raise ChildFailed(
                    f"{self.name} exited with code {self.process.returncode} while starting; see {self.log}"
                )
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.name} did not become ready; see {self.log}")
            time.sleep(POLL_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def stop(self, patience: float) -> None:
        """Ask it to end; after ``patience`` seconds end it, and what it started, by force."""
        if self.alive:
            self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.killed = True
            self._kill()
            self.process.wait()

    def _kill(self) -> None:
        if WINDOWS:
            self.process.kill()
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def start(name: str, command: list[str], env: dict[str, str], logs: Path, ready: Ready) -> Child:
    """Start a command whose output goes to ``logs/NAME.log``."""
    log = logs / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **_own_session()
        )
    return Child(name, process, log, ready)


def _own_session() -> dict[str, Any]:
    if WINDOWS:
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
    return {"start_new_session": True}


def answers(url: str) -> Ready:
    """Ready when the address answers 200."""

    def ready(_child: Child) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False

    return ready


def says(words: str) -> Ready:
    """Ready when the output has the words."""
    return lambda child: words in child.log.read_text(errors="replace")


def listens(port: int) -> Ready:
    """Ready when the port takes connections."""

    def ready(_child: Child) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def free_port(wanted: int = 0) -> int:
    """``wanted`` if nobody listens there, else any free port."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])
