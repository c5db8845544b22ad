"""The commands of docs/servers.md and docs/start.md, each run as it stands there: a request leaves its span."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.play import clean_environment
from tests.services import process, recorder

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("servers.md", "start.md")}
FILES = dict(re.findall(r"`(\w+\.py)`[^`]*?\n\n```python\n(.*?)```", PAGES["servers.md"], re.DOTALL))
COMMANDS = [
    line[2:]
    for block in re.findall(r"```console\n(.*?)```", PAGES["servers.md"], re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
SERVING = [command for command in COMMANDS if command.startswith("vedette run ")]


@pytest.fixture(scope="module")
def backend() -> Iterator[recorder.Recorder]:
    with recorder.running() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the files of the page."""
    assert set(FILES) == {"shop.py", "api.py"}
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def words(command: str, port: int) -> list[str]:
    """The command line, at another port, with this environment's programs."""
    parts = shlex.split(command.replace("8000", str(port)))
    assert parts[0] == "vedette"
    return [sys.executable, "-m", *parts]


@pytest.mark.parametrize("command", SERVING)
def test_servers(command: str, folder: Path, backend: recorder.Recorder) -> None:
    backend.clear()
    port = process.free_port()
    source = str(DOCS.parent / "src")
    environ = {**clean_environment(), "PYTHONPATH": source, "VEDETTE_AGENT_URL": backend.url}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    log = (folder / "log").open("w+")
    server = subprocess.Popen(words(command, port), cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        assert ask(f"http://127.0.0.1:{port}/", server), (folder / "log").read_text()
        seen = backend.wait_for(lambda received: bool(named(received)), 15)
        assert named(seen), (folder / "log").read_text()
    finally:
        process.stop(server)
        log.close()


def named(received: object) -> list[object]:
    """Spans of requests."""
    return [span for name in ("flask.request", "fastapi.request") for span in received.named(name)]  # type: ignore[attr-defined]


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


def test_the_doctor(folder: Path) -> None:
    (command,) = [command for command in COMMANDS if command.startswith("vedette doctor")]
    environ = {**clean_environment(), "PYTHONPATH": str(DOCS.parent / "src")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words(command, process.free_port()), cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert "vedette was at work in" in done.stdout, done.stdout + done.stderr
    assert "flask" in done.stdout


def test_every_command_is_tried() -> None:
    assert len(SERVING) >= 8
    assert {shlex.split(command)[0] for command in COMMANDS} == {"vedette"}
