"""Play a case once, bare or under vedette, and keep everything that can be seen from outside."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys import traffic
from tests.journeys.case import ROOT, Case
from tests.journeys.echo import Echo
from tests.services import process

APPS = ROOT / "tests" / "journeys" / "apps"
UNDER_VEDETTE = (sys.executable, "-m", "vedette", "run", "--")
READY_SECONDS = 30.0


@dataclass
class Outcome:
    """What one run looked like from outside."""

    answers: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    exit_code: int | None = None
    exit_seconds: float = 0.0
    survivors: list[int] = field(default_factory=list)
    hung: bool = False
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a run needs from the tests: the echo server, a broker, and where spans go."""

    echo: Echo
    agent_url: str
    broker: str = ""


def play(case: Case, traced: bool, around: Surroundings) -> Outcome:
    """Run the case from start to exit."""
    run = "traced" if traced else "bare"
    port = process.free_port()
    env = _environment(case, traced, around, around.echo.url(run))
    command = [*(UNDER_VEDETTE if traced else ()), *_words(case.command, port)]
    outcome = Outcome()
    with _started(command, env, outcome) as started:
        try:
            begun = _traffic(case, port, env, started, outcome, around.echo.asked[run])
            _wait_for_exit(case, started, begun, outcome)
        finally:
            _end(case, started.process, outcome)
    outcome.asked = dict(around.echo.asked[run])
    return outcome


@dataclass(frozen=True)
class Started:
    """A process and the files that its output goes to."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path


def run_bare(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end without vedette."""
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False)


def run_script(
    command: list[str], agent_url: str, settings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end under vedette."""
    env = {**clean_environment(), "VEDETTE_AGENT_URL": agent_url, **(settings or {})}
    return subprocess.run([*UNDER_VEDETTE, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def serving(command: str, settings: dict[str, str] | None) -> Iterator[int]:
    """A server, under vedette if there are settings for it; yields its port."""
    port, outcome = process.free_port(), Outcome()
    words = [*(UNDER_VEDETTE if settings is not None else ()), *_words(command, port)]
    with _started(words, {**clean_environment(), **(settings or {})}, outcome) as started:
        try:
            _await(lambda: traffic.healthy(port), started)
            yield port
        finally:
            process.stop(started.process)


def clean_environment() -> dict[str, str]:
    """The tests' own environment without anybody's settings for tracing, Python or coverage."""
    foreign = ("VEDETTE_", "DD_", "OTEL_", "PYTHON", "DJANGO_", "COV_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    # The hash seed: frameworks list what is in sets, and answers are compared byte by byte.
    return {**env, "PYTHONPATH": str(ROOT), "NO_PROXY": "*", "PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0"}


def _words(command: str, port: int) -> list[str]:
    """A case's command line, its names filled in."""
    folders = {"bin": Path(sys.executable).parent, "apps": APPS, "venv": sys.prefix}
    return [word.format(python=sys.executable, port=port, **folders) for word in shlex.split(command)]


def _environment(case: Case, traced: bool, around: Surroundings, echo: str) -> dict[str, str]:
    env = {**clean_environment(), "JOURNEY_ECHO": echo}
    if around.broker:
        env["JOURNEY_BROKER"] = f"{around.broker.rpartition('/')[0]}/{int(traced) + 1}"
    if traced:
        env.update(VEDETTE_AGENT_URL=around.agent_url, VEDETTE_SERVICE="journey")
    extra = {key: value.format(apps=APPS, path=env["PYTHONPATH"]) for key, value in case.env.items()}
    return {**env, **extra}


@contextlib.contextmanager
def _started(command: list[str], env: dict[str, str], outcome: Outcome) -> Iterator[Started]:
    with tempfile.TemporaryDirectory(prefix="vedette-journey-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        with out.open("wb") as stdout, err.open("wb") as stderr:
            child = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        yield Started(child, out, err)
        outcome.stdout, outcome.stderr = out.read_text(errors="replace"), err.read_text(errors="replace")


def _traffic(
    case: Case, port: int, env: dict[str, str], started: Started, outcome: Outcome, asked: dict[str, str]
) -> float:
    """Ask what the case says, then send the signal that ends it; returns when its exit began (monotonic seconds)."""
    begun = time.monotonic()
    if case.traffic == "http":
        _await(lambda: traffic.healthy(port), started)
        outcome.answers = traffic.requests(case, port, lambda: _signal(started.process, case.midway))
    elif case.traffic == "tasks":
        _await(
            lambda: " ready." in started.err.read_text(errors="replace") + started.out.read_text(errors="replace"),
            started,
        )
        traffic.tasks(case, env, asked)
    elif case.traffic == "output":
        _await(lambda: "worked" in started.out.read_text(errors="replace"), started)
    if case.stop:
        begun = time.monotonic()
        _signal(started.process, case.stop)
    return begun


def _await(ready: Callable[[], bool], started: Started) -> None:
    process.wait_until(ready, started.process, started.err, READY_SECONDS)


def _signal(child: subprocess.Popen[bytes], how: str) -> None:
    if not how:
        return
    name, _, whole_group = how.partition(" ")
    number = signal.Signals[f"SIG{name}"]
    (os.killpg if whole_group else os.kill)(child.pid, number)


def _wait_for_exit(case: Case, started: Started, begun: float, outcome: Outcome) -> None:
    try:
        outcome.exit_code = started.process.wait(case.seconds)
    except subprocess.TimeoutExpired:
        outcome.hung = True
    outcome.exit_seconds = time.monotonic() - begun


def _end(case: Case, child: subprocess.Popen[bytes], outcome: Outcome) -> None:
    """Whatever is left of the run's process group is a survivor, and ended now."""
    if case.survivors and not outcome.hung:
        return
    with contextlib.suppress(ProcessLookupError):
        outcome.survivors = _settled_group(child.pid)
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _settled_group(group: int) -> list[int]:
    """Members of a process group that are still there after a moment: children may end just after their parent."""
    deadline = time.monotonic() + 1.0
    while members := _group(group):
        if time.monotonic() > deadline:
            return members
        time.sleep(0.05)
    return []


def _group(group: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, of, state in rows if int(of) == group and not state.startswith("Z")]
