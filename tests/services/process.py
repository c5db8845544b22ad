"""Start a server in a session of its own, wait for its hello, and end it by its id.

A server that cannot be had (no binary on this machine) fails the test when ``CI`` says so and skips it with the
reason elsewhere: a developer without PostgreSQL still gets the rest, and CI never turns green by skipping.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
ATTEMPTS = 3


class NotReady(RuntimeError):
    """The server exited, or did not answer its hello in time."""


def in_ci() -> bool:
    """Whether this run is the one that must not skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(reason: str) -> NoReturn:
    """Give up on a server that this machine does not have."""
    if in_ci():
        pytest.fail(f"{reason} (run: python tools/services.py install)", pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A port nobody listens on now; whoever uses it retries, because another process may be faster."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> list[int]:
    """Several distinct free ports."""
    with contextlib.ExitStack() as open_until_all_known:
        probes = [open_until_all_known.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A folder with a short path (Unix sockets allow 100 characters) that an unprivileged server may write."""
    path = Path(tempfile.mkdtemp(prefix=f"vedette-{name}-"))
    path.chmod(0o755)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def unprivileged(command: list[str]) -> list[str]:
    """The command as a plain user: PostgreSQL refuses to run as root, and no test server needs it."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid", "nobody", "--regid", str(pwd.getpwnam("nobody").pw_gid), "--clear-groups", *command]


def start(command: list[str], log: Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a command in a new session, its output in ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True, env=env
        )


def stop(process: subprocess.Popen[bytes], patience: float = 5.0) -> int:
    """End a server: SIGTERM, then SIGKILL to what is left of its session. Returns its exit code."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes] | None, log: Path, seconds: float = READY_SECONDS
) -> None:
    """Poll the client's own hello; a server that exits meanwhile is reported with the end of its log."""
    deadline = time.monotonic() + seconds
    while not _answers(ready):
        if process is not None and process.poll() is not None:
            raise NotReady(f"exited with {process.returncode}:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise NotReady(f"not ready after {seconds:.0f} s:\n{_tail(log)}")
        time.sleep(POLL_SECONDS)


def _answers(ready: Callable[[], bool]) -> bool:
    try:
        return ready()
    except (OSError, ValueError):
        return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "(no log)"


@contextlib.contextmanager
def served(
    name: str,
    command: Callable[[Path, int], list[str]],
    ready: Callable[[int], bool],
    env: dict[str, str] | None = None,
) -> Iterator[int]:
    """Run one server on a free port, with other ports tried when it exits at once; yields the port."""
    with folder(name) as home:
        log = home / "log"
        log.touch()
        process, port = _first_that_starts(home, log, command, ready, env)
        try:
            yield port
        finally:
            stop(process)


def _first_that_starts(
    home: Path,
    log: Path,
    command: Callable[[Path, int], list[str]],
    ready: Callable[[int], bool],
    env: dict[str, str] | None,
) -> tuple[subprocess.Popen[bytes], int]:
    for attempt in range(ATTEMPTS):
        port = free_port()
        process = start(command(home, port), log, env)
        try:
            wait_until(lambda port=port: ready(port), process, log)  # type: ignore[misc]
        except NotReady:
            stop(process)
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return process, port
    raise AssertionError("unreachable: the last attempt raises")
