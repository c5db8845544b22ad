"""A backend, and applications in processes of their own that ask it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.remote.backend import Backend

ROOT = Path(__file__).parent.parent.parent


class App:
    """A served application."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def get(self, path: str = "/", client: str | None = None) -> tuple[int, str]:
        """Status and body of an answer; `client` is the address that a proxy in front tells."""
        headers = {"X-Forwarded-For": client} if client else {}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def state(self) -> dict[str, Any]:
        """What is in force in it."""
        found: dict[str, Any] = json.loads(self.get("/state")[1])
        return found


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A backend without key."""
    with contextlib.closing(Backend()) as made:
        yield made


def environment(url: str, **options: str) -> dict[str, str]:
    """The variables of a process that asks this backend often."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DD_", "VEDETTE_", "OTEL_"))}
    usual = {
        "VEDETTE_AGENT_URL": url,
        "VEDETTE_SERVICE": "Shop",
        "VEDETTE_ENV": "test",
        "VEDETTE_STARTUP_LOGS": "false",
        "DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS": "0.1",
        "PYTHONPATH": str(ROOT),
    }
    return {**kept, **usual, **options}


@pytest.fixture
def start() -> Iterator[Callable[..., App]]:
    """`start(backend.url, VEDETTE_PROTECTION="off")`: a served application, which has answered once."""
    with contextlib.ExitStack() as stack:

        def begin(url: str, *command: str, **options: str) -> App:
            words = command or (sys.executable, "-m", "tests.remote.app")
            process = subprocess.Popen(
                [sys.executable, "-m", "vedette", "run", *words],
                cwd=ROOT,
                env=environment(url, **options),
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.callback(_end, process)
            assert process.stdout is not None
            app = App(process, int(process.stdout.readline()))
            assert app.get() == (200, "served")
            return app

        yield begin


def _end(process: subprocess.Popen[str]) -> None:
    """Ends it with its workers, which hold its output open."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()
