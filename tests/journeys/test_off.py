"""Off means off: nothing is patched, no thread runs, and no memory is taken."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.journeys.play import run_bare, run_script

LOOK = [sys.executable, "-m", "tests.journeys.apps.look"]
IDLE = [sys.executable, "-m", "tests.journeys.apps.idle"]
OFF = {"VEDETTE_ENABLED": "false"}
MIB = 1 << 20
# Reading the settings imports a few modules; the native one and the engine take more than this.
ALLOWED = 2 * MIB


def look(settings: dict[str, str] | None) -> Any:
    done = run_bare(LOOK) if settings is None else run_script(LOOK, "http://127.0.0.1:1", settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def bare() -> Any:
    return look(None)


@pytest.mark.parametrize("name", ["VEDETTE_ENABLED", "DD_TRACE_ENABLED"])
def test_a_process_with_vedette_off_is_as_a_bare_one(name: str, bare: Any) -> None:
    assert look({name: "false"}) == bare


def test_nothing_starts_before_the_first_trace(bare: Any) -> None:
    assert look({})["threads"] == bare["threads"]


def test_the_look_sees_what_is_patched(bare: Any) -> None:
    """Else the test above would prove nothing."""
    assert look({})["functions"] != bare["functions"]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")
def test_off_takes_no_memory() -> None:
    without = median(int(run_bare(IDLE).stdout) for _ in range(3))
    switched_off = median(int(run_script(IDLE, "http://127.0.0.1:1", OFF).stdout) for _ in range(3))
    assert switched_off - without < ALLOWED, f"{(switched_off - without) / MIB:.1f} MiB more"
