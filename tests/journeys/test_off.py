"""Off means off: nothing is patched, no thread runs, and the native module is not even loaded."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.journeys.play import run_bare, run_script

LOOK = [sys.executable, "-m", "tests.journeys.apps.look"]


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
