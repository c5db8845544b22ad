"""The line about the configuration on standard error: once, when sending begins, unless it is switched off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.services import process
from tests.services.recorder import Recorder

CONFIGURATION, DIAGNOSTIC = "DATADOG TRACER CONFIGURATION - ", "DATADOG TRACER DIAGNOSTIC - "
WORK = """
import vedette
vedette.start(instrument=False)
for _ in range(3):
    with vedette.tracer.span("work"):
        pass
    vedette.tracer.flush(1)
"""


def said(script: str, **settings: str) -> list[str]:
    """What a process tells on standard error."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**env, **settings}, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def configuration(line: str) -> dict[str, Any]:
    assert line.startswith(CONFIGURATION), line
    read: dict[str, Any] = json.loads(line[len(CONFIGURATION) :])
    return read


@pytest.mark.parametrize("settings", [{}, {"DD_TRACE_STARTUP_LOGS": "true"}])
def test_told_once_when_sending_begins(recorder: Recorder, settings: dict[str, str]) -> None:
    address = recorder.url.replace("://", "://me:secret@")
    given = {"DD_TRACE_AGENT_URL": address, "DD_SERVICE": "shop", "DD_ENV": "test", "DD_TAGS": 'team:"ä"'}
    (line,) = said(WORK, **given, **settings)
    told = configuration(line)
    assert (told["service"], told["env"], told["tags"]) == ("shop", "test", {"team": '"ä"'})
    assert told["agent_url"] == recorder.url.replace("://", "://***@")
    assert (told["lang"], told["enabled"], told["sampling_rules"]) == ("python", True, [])


@pytest.mark.parametrize("name", ["DD_TRACE_STARTUP_LOGS", "VEDETTE_STARTUP_LOGS"])
def test_off_is_silent(name: str) -> None:
    assert said(WORK, **{name: "false", "DD_TRACE_AGENT_URL": f"http://127.0.0.1:{process.free_port()}"}) == []


def test_nothing_is_told_where_nothing_is_sent() -> None:
    assert said("import vedette; vedette.start()") == []
    assert said(WORK, DD_TRACE_ENABLED="false") == []


def test_a_backend_that_does_not_answer_is_named_once() -> None:
    url = f"http://127.0.0.1:{process.free_port()}"
    first, second = said(WORK, DD_TRACE_AGENT_URL=url)
    assert configuration(first)["agent_url"] == url
    assert second.startswith(f"{DIAGNOSTIC}backend not reachable at {url}: ")
