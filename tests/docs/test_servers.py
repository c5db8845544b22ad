"""The commands of docs/servers.md and docs/start.md, each run as it stands there: a request leaves its span."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.play import clean_environment
from tests.services import process, recorder
from tests.services.redis import Redis

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("servers.md", "start.md")}
FILES = dict(re.findall(r"`(\w+\.py)`[^`]*?\n\n```python\n(.*?)```", PAGES["servers.md"], re.DOTALL))
COMMANDS = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", PAGES["servers.md"], re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
CELERY = [command for command in COMMANDS if command.startswith("vedette run celery") or "receipt.delay" in command]
SERVING = [command for command in COMMANDS if command.startswith("vedette run ") and command not in CELERY]


@pytest.fixture(scope="module")
def backend() -> Iterator[recorder.Recorder]:
    with recorder.running() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the files of the page, and Django's own new project."""
    assert set(FILES) == {"shop.py", "api.py", "tasks.py"}
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    subprocess.run([sys.executable, "-m", "django", "startproject", "store", "."], cwd=tmp_path, check=True)
    return tmp_path


def environment(backend: recorder.Recorder) -> dict[str, str]:
    """Where programs of this environment are found, and traces go to the backend."""
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src"), "VEDETTE_AGENT_URL": backend.url}
    return {**environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def words(command: str, port: int) -> list[str]:
    """The command line, at another port, with this environment's programs."""
    parts = shlex.split(command.replace("8000", str(port)))
    assert parts[0] == "vedette"
    return [sys.executable, "-m", *parts]


@pytest.mark.parametrize("command", SERVING)
def test_servers(command: str, folder: Path, backend: recorder.Recorder) -> None:
    backend.clear()
    port = process.free_port()
    environ = environment(backend)
    if "uwsgi" in command and shutil.which("uwsgi", path=environ["PATH"]) is None:
        process.missing("uwsgi is not installed")
    log = (folder / "log").open("w+")
    server = subprocess.Popen(
        words(command, port), cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
    )
    try:
        assert ask(f"http://127.0.0.1:{port}/", server), (folder / "log").read_text()
        seen = backend.wait_for(lambda received: bool(named(received)), 15)
        assert named(seen), (folder / "log").read_text()
    finally:
        process.stop(server)
        log.close()


def named(received: object) -> list[object]:
    """Spans of requests."""
    return [span for name in ("flask.request", "fastapi.request", "django.request") for span in received.named(name)]  # type: ignore[attr-defined]


def ask(url: str, server: subprocess.Popen[bytes], seconds: float = 40) -> bool:
    """Whether it answers before it ends, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        if answers(url):
            return True
        time.sleep(0.1)
    return False


def answers(url: str) -> bool:
    """Whether somebody says 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_celery(folder: Path, backend: recorder.Recorder, redis_server: Redis) -> None:
    backend.clear()
    work, send = CELERY
    (folder / "tasks.py").write_text(FILES["tasks.py"].replace("redis://localhost:6379/0", redis_server.url))
    environ = environment(backend)
    with (folder / "log").open("w+") as log:
        worker = subprocess.Popen(
            words(work, 0), cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        try:
            subprocess.run(words(send, 0), cwd=folder, env=environ, check=True, timeout=60)
            seen = backend.wait_for(lambda received: bool(received.named("celery.run")), 40)
        finally:
            process.stop(worker)
    (sent,), (done,) = seen.named("celery.apply"), seen.named("celery.run")
    assert recorder.low_half(sent) == recorder.low_half(done), "one trace from the sender to the worker"


def test_the_notebook(tmp_path: Path, backend: recorder.Recorder) -> None:
    cells = re.findall(r"```python\n(.*?)```", PAGES["servers.md"].partition("## Notebooks")[2], re.DOTALL)
    (tmp_path / "cells.py").write_text(
        "import code\nshell = code.InteractiveConsole()\n"
        + "".join(f"assert not shell.runcode(compile({cell!r}, 'cell', 'exec'))\n" for cell in cells)
    )
    backend.clear()
    subprocess.run([sys.executable, "cells.py"], cwd=tmp_path, env=environment(backend), check=True, timeout=60)
    (span,) = backend.wait_for(lambda received: bool(received.spans)).named("notebook.load")
    assert span["service"] == "notebook"


def test_the_doctor(folder: Path, backend: recorder.Recorder) -> None:
    (command,) = [command for command in COMMANDS if command.startswith("vedette doctor")]
    environ = {name: value for name, value in environment(backend).items() if name != "VEDETTE_AGENT_URL"}
    done = subprocess.run(
        words(command, process.free_port()), cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert "vedette was at work in" in done.stdout, done.stdout + done.stderr
    assert "flask" in done.stdout


def test_every_command_is_tried() -> None:
    assert len(SERVING) >= 11
    assert len(CELERY) == 2
    assert {shlex.split(command)[0] for command in COMMANDS} == {"vedette"}
