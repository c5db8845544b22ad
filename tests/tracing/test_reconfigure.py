"""What remote configuration changes while the process runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.in_memory import finished, in_memory
from tests.services.recorder import Recorder
from vedette.lifecycle import Running, running

__all__ = ["finished", "in_memory"]


@pytest.fixture
def process(in_memory: None) -> Iterator[Running]:
    found = running()
    assert found is not None
    yield found
    found.change(dict.fromkeys(("enabled", "sample_rate", "sampling_rules", "service_mapping", "tags")))


def priority() -> int | None:
    with vedette.tracer.span("work", service="shop") as span:
        vedette.inject({}, span)
        return span.sampling_priority


def test_rates_and_rules(process: Running) -> None:
    assert priority() == 1
    assert process.change({"sample_rate": 0.0}) == []
    assert priority() == -1
    assert process.change({"sampling_rules": [{"service": "shop", "sample_rate": 1}]}) == []
    assert priority() == 2
    assert process.change({"sampling_rules": None, "sample_rate": None}) == []
    assert priority() == 1


def test_services_get_other_names(process: Running, finished: Any) -> None:
    process.change({"service_mapping": {"shop": "store"}})
    priority()
    process.change({"service_mapping": None})
    priority()
    assert [span["service"] for span in finished()] == ["store", "shop"]


def test_tracing_is_switched_off_and_on(process: Running, finished: Any) -> None:
    process.change({"enabled": False})
    priority()
    assert finished() == []
    process.change({"enabled": None})
    priority()
    assert len(finished()) == 1


def test_what_can_not_be_changed_is_told(process: Running) -> None:
    (problem,) = process.change({"env": "other", "sample_rate": 0.0})
    assert "can't be changed at run time" in str(problem)
    assert priority() == -1


SCRIPT = """
import vedette
from vedette.lifecycle import running
vedette.start(instrument=False)
for name, tags in [("before", None), ("changed", {"team": "b", "more": "c"}), ("after", None)]:
    running().change({"tags": tags})
    with vedette.tracer.span(name):
        pass
    vedette.tracer.flush(5)  # what a process sends in its last second before its end is not part of this
"""


def test_tags_change_from_the_next_trace_on(recorder: Recorder) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    env.update(VEDETTE_AGENT_URL=recorder.url, DD_TAGS="team:a")
    subprocess.run([sys.executable, "-c", SCRIPT], env=env, check=True)
    seen = recorder.wait_for(lambda seen: seen.span_count == 3, 10)
    told = {span["name"]: {key: span["meta"].get(key) for key in ("team", "more")} for span in seen.spans}
    assert told["before"] == {"team": "a", "more": None}, json.dumps(told)
    assert told["changed"] == {"team": "b", "more": "c"}
    assert told["after"] == {"team": "a", "more": None}
