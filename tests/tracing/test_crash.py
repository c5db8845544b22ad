"""A fault that kills a process is told to the agent, delays the end by a second at most, and changes nothing else."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.remote.backend import PATIENCE, Backend
from tests.remote.conftest import ROOT, backend, environment

__all__ = ["backend"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
TOLD = "/telemetry/proxy/api/v2/apmtelemetry"
SCRIPT = """
import ctypes, os, signal, sys
import vedette
with vedette.tracer.span("work"):
    pass
vedette.tracer.flush(5)
print("up", flush=True)
exec(sys.stdin.readline())
"""
FAULT = "ctypes.string_at(0)"


@pytest.fixture
def wanting(backend: Backend) -> Backend:
    """An agent that wants to be told."""
    backend.endpoints.append("/telemetry/proxy/")
    return backend


@contextmanager
def process(backend: Backend, *more: str, **options: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has sent a trace, and told the agent of itself; it runs the line that it is given."""
    command = [sys.executable, "-m", "vedette", "run", sys.executable, *more, "-c", SCRIPT]
    variables = environment(backend.url, PYTHONFAULTHANDLER="", **options)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        until = time.monotonic() + PATIENCE
        while not backend.posted.get(TOLD):
            assert time.monotonic() < until
            time.sleep(0.01)
        yield running


def crashes(backend: Backend) -> list[dict[str, Any]]:
    """What was told of faults."""
    told = [json.loads(body) for body in backend.posted.get(TOLD, [])]
    return [one for one in told if one["request_type"] == "logs"]


@pytest.mark.parametrize(
    ("line", "number"),
    [(FAULT, signal.SIGSEGV), ("os.abort()", signal.SIGABRT), ("os.kill(os.getpid(), signal.SIGBUS)", signal.SIGBUS)],
)
def test_the_agent_is_told(wanting: Backend, line: str, number: signal.Signals) -> None:
    with process(wanting) as running:
        running.communicate(line + "\n", timeout=PATIENCE)
    assert running.returncode == -number, "it ends as it would have without us"
    (told,) = crashes(wanting)
    assert told["application"]["service_name"] == "Shop"
    (entry,) = told["payload"]["logs"]
    assert f"signame:{number.name}" in entry["tags"]
    assert f"signum:{int(number)}" in entry["tags"]
    assert "severity:crash" in entry["tags"]


def test_switched_off_nothing_is_told(wanting: Backend) -> None:
    with process(wanting, DD_CRASHTRACKING_ENABLED="false") as running:
        running.communicate(FAULT + "\n", timeout=PATIENCE)
    assert running.returncode == -signal.SIGSEGV
    assert crashes(wanting) == []


def test_who_handles_faults_goes_on_doing_so(wanting: Backend) -> None:
    with process(wanting, "-X", "faulthandler") as running:
        _, said = running.communicate(FAULT + "\n", timeout=PATIENCE)
    assert running.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in said
    assert crashes(wanting) == []


def test_a_handler_that_comes_later_is_told_and_so_is_the_agent(wanting: Backend) -> None:
    with process(wanting) as running:
        _, said = running.communicate(f"import faulthandler; faulthandler.enable(); {FAULT}\n", timeout=PATIENCE)
    assert running.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in said
    assert len(crashes(wanting)) == 1


def test_a_child_dies_its_own_death(wanting: Backend) -> None:
    line = f"child = os.fork(); child or {FAULT}; print(os.waitpid(child, 0)[1] & 127, flush=True)"
    with process(wanting) as running:
        said, _ = running.communicate(line + "\n", timeout=PATIENCE)
    assert (running.returncode, said) == (0, f"{int(signal.SIGSEGV)}\n")
    assert crashes(wanting) == []


def test_an_agent_that_does_not_answer_delays_the_end_a_second_at_most(wanting: Backend) -> None:
    with process(wanting) as running, socket.socket() as silent:
        port = int(wanting.url.rpartition(":")[2])
        wanting.close()
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", port))
        silent.listen()
        taken: list[socket.socket] = []
        threading.Thread(target=lambda: taken.append(silent.accept()[0]), daemon=True).start()
        began = time.monotonic()
        running.communicate(FAULT + "\n", timeout=PATIENCE)
        assert time.monotonic() - began < 5.0, "one is promised, on a machine that is not busy"
    assert running.returncode == -signal.SIGSEGV
    for one in taken:
        one.close()
