"""The commands of docs/agent.md: run as they stand there, against an agent with a data folder of its own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.agent.test_process import running

PAGE = Path(__file__).resolve().parents[2] / "docs" / "agent.md"
COMMANDS = re.findall(r"^\$ ((?:vedette (?:export|import|clean)|curl) .*)$", PAGE.read_text(encoding="utf-8"), re.M)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user whose state is elsewhere, and who works there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="the state folder is elsewhere on other systems")
def test_the_commands_of_the_page_work(home):
    commands = [command for command in COMMANDS if command.startswith("vedette")]
    assert {command.split()[1] for command in commands} == {"export", "import", "clean"}
    with running() as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        for command in commands[:-1]:
            run(command, home)
    run(commands[-1], home)
    assert not (home / "vedette" / "traces.duckdb").exists()


def test_the_addresses_of_the_page_answer():
    urls = [shlex.split(command)[1] for command in COMMANDS if command.startswith("curl")]
    assert len(urls) > 3
    with running("--memory") as agent:
        for url in urls:
            with urllib.request.urlopen(url.replace("http://127.0.0.1:8126", agent.page), timeout=10) as answer:
                assert answer.headers["Content-Type"] == "application/json"


def run(command: str, folder: Path) -> None:
    words = [sys.executable, "-m", *shlex.split(command)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (command, done.stderr)
