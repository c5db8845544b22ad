"""`vedette demo` from the command line to its verdict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "vedette", "demo"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**ENVIRONMENT, **env}
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=150
    )


@pytest.mark.timeout(180)
def test_a_short_demo_sees_everything_and_says_so_in_one_line() -> None:
    done = run("--seconds", "8", "--json", "--port", "0")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"traces", "spans", "services", "attacks", "blocked", "drops", "page"}
    assert told["spans"] > told["traces"] > 50
    assert told["services"] >= 3
    assert told["attacks"] >= told["blocked"] > 0
    assert told["drops"] == 0
    assert told["page"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("wrong", [["--seconds", "-1"], ["--seconds", "soon"], ["--port", "70000"], ["--unknown"]])
def test_what_is_not_understood_is_refused(wrong: list[str]) -> None:
    done = run(*wrong)
    assert done.returncode == 2
    assert "usage: vedette demo" in done.stderr
