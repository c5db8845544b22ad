"""os: commands for a shell, spawned programs, and what replaces a process."""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any

import pytest

from tests.integrations.made import Spans


def test_a_line_for_a_shell(spans: Spans) -> None:
    assert os.waitstatus_to_exitcode(os.system("exit 5")) == 5
    assert spans.one() == {
        "name": "command_execution",
        "resource": "exit",
        "type": "system",
        "kind": "internal",
        "attributes": {"cmd.shell": "exit 5", "cmd.exit_code": 5, "component": "os"},
    }


def test_popen_goes_through_subprocess(spans: Spans) -> None:
    with os.popen("echo a") as pipe:
        assert pipe.read() == "a\n"
    assert [(span["resource"], span["attributes"]["component"]) for span in spans()] == [("echo", "subprocess")]


@pytest.mark.parametrize(("mode", "code"), [(os.P_WAIT, 3), (os.P_NOWAIT, None)])
def test_spawn(spans: Spans, mode: int, code: Any) -> None:
    result = os.spawnv(mode, sys.executable, ["python", "-c", "raise SystemExit(3)"])
    if mode == os.P_NOWAIT:
        assert os.waitstatus_to_exitcode(os.waitpid(result, 0)[1]) == 3
    attributes = spans.one()["attributes"]
    assert attributes["cmd.exec"] == [sys.executable, "-c", "raise SystemExit(3)"]
    assert attributes.get("cmd.exit_code") == code


def test_posix_spawn_is_no_span(spans: Spans) -> None:
    child = os.posix_spawn(sys.executable, ["python", "-c", "pass"], os.environ)
    os.waitpid(child, 0)
    assert spans() == []


@pytest.mark.parametrize("given", [(), (5,), ("a\0b",)])
def test_what_is_no_command_is_the_systems_to_judge(given: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        os.system(*given)


def test_nothing_changed() -> None:
    assert pickle.loads(pickle.dumps(os.system))("exit 0") == 0
    assert "built-in function system" in repr(os.system)
