"""`vedette run --ui`: an agent beside the command, which ends with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.cli.launching import SOURCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="not there on Windows")

PROGRAM = """
import sys, time, vedette
with vedette.tracer.span("made.here", service="shop"):
    pass
vedette.tracer.flush(5)
print("up", flush=True)
sys.stdin.read()
"""


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "info", timeout=5) as answer:
            return bool(json.load(answer)["vedette"])
    except (OSError, ValueError):
        return False


def traced(url: str) -> list[str]:
    with urllib.request.urlopen(url + "api/traces", timeout=5) as answer:
        return [trace["root"]["name"] for trace in json.load(answer)["traces"]]


def wait(condition: object, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_page_is_there_as_long_as_the_command(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    environ["PYTHONPATH"] = SOURCE
    with subprocess.Popen(
        [sys.executable, "-m", "vedette", "run", "--ui", sys.executable, "-c", PROGRAM],
        env=environ,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdin is not None
        assert command.stdout is not None
        assert command.stderr is not None
        assert command.stdout.readline() == "up\n"
        said = command.stderr.readline() + command.stderr.readline()
        url = re.search(r"the page is at (http://\S+/)", said).group(1)  # type: ignore[union-attr]
        assert wait(lambda: "made.here" in traced(url))
        command.stdin.close()
        assert command.wait(20) == 0
    assert wait(lambda: not answers(url)) or "already" in said


def test_a_command_within_a_command_has_the_same_page(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    run = [sys.executable, "-m", "vedette", "run", "--ui"]
    program = "import os; print(os.environ['VEDETTE_AGENT_URL'], os.environ['PYTHONPATH'].count('_launch'))"
    done = subprocess.run(
        [*run, *run, sys.executable, "-c", program],
        env={**environ, "PYTHONPATH": SOURCE},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    pages = re.findall(r"the page is at (\S+)/", done.stderr)
    assert len(pages) == 2, done.stderr
    assert set(pages) == {pages[0]}
    assert done.stdout.split() == [pages[0], "1"]
    assert done.stderr.count("starting an agent") <= 1


def test_help_names_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "run", "--help"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "--ui" in done.stdout
