"""The demo's processes become ready, are told apart when they fail, and end."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from vedette.demo.children import Child, ChildFailed, free_port, listens, says, start

SLEEP = "print('here', flush=True); import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"
)


def child(code: str, folder: Path, words: str = "here") -> Child:
    return start("child", [sys.executable, "-c", code], dict(os.environ), folder, says(words))


def test_a_child_is_ready_when_it_says_so_and_ends_when_asked(tmp_path: Path) -> None:
    started = child(SLEEP, tmp_path)
    started.wait_until_ready(time.monotonic() + 10)
    assert started.alive
    started.stop(10)
    assert (started.alive, started.killed) == (False, False)


def test_a_child_that_exits_early_is_reported_with_its_log(tmp_path: Path) -> None:
    started = child("raise SystemExit(7)", tmp_path)
    with pytest.raises(ChildFailed, match=r"exited with code 7 .*child\.log"):
        started.wait_until_ready(time.monotonic() + 10)


def test_a_child_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    started = child(SLEEP, tmp_path, "never said")
    with pytest.raises(ChildFailed, match="did not become ready"):
        started.wait_until_ready(time.monotonic() + 0.3)
    started.stop(10)


def test_a_child_that_does_not_end_is_ended_by_force(tmp_path: Path) -> None:
    started = child(STUBBORN, tmp_path)
    started.wait_until_ready(time.monotonic() + 10)
    started.stop(0.2)
    assert (started.alive, started.killed) == (False, True)


def test_a_taken_port_gives_way_to_a_free_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
        assert listens(port)(child("pass", tmp_path))
    assert free_port(port) == port
