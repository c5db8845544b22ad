"""What tracers tell of processes that a fault killed is shown; nothing that they may send instead does harm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.conftest import LocalAgent
from vedette.agent.receive.crashes import MOST, Crashes

TELEMETRY = "/telemetry/proxy/api/v2/apmtelemetry"
ENTRY = {"message": "{}", "level": "ERROR", "tags": "severity:crash,signum:11,signame:SIGSEGV"}


def message(logs: Any, service: str = "shop") -> dict[str, Any]:
    """As a tracer tells it."""
    about = {"service_name": service, "env": "prod"}
    return {"request_type": "logs", "runtime_id": "r-1", "application": about, "payload": {"logs": logs}}


def test_a_crash_is_shown(agent: LocalAgent) -> None:
    assert agent.client.post(TELEMETRY, json=message([ENTRY], "<b>shop</b>")).status_code == 202
    page = agent.client.get("/about").text
    assert "Crashes" in page
    assert "SIGSEGV" in page
    assert "&lt;b&gt;shop&lt;/b&gt;" in page


@pytest.mark.parametrize(
    "logs",
    [None, 7, [], [7], [{}], [{"tags": 7}], [{"tags": None}], [{"message": "x", "level": "ERROR"}], {"tags": "x"}],
)
def test_other_entries_are_passed_over(agent: LocalAgent, logs: Any) -> None:
    assert agent.client.post(TELEMETRY, json=message(logs)).status_code == 202
    assert "Crashes" not in agent.client.get("/about").text


def test_the_latest_are_kept() -> None:
    crashes = Crashes()
    for number in range(MOST + 5):
        crashes.take({"service": str(number)}, [ENTRY])
    assert [one.service for one in crashes.all()] == [str(n) for n in reversed(range(5, MOST + 5))]
    crashes.take({}, [{"tags": "severity:crash"}])
    assert crashes.all()[0].message == "killed by a fault"
    crashes.take({}, [{"tags": "severity:crash,signame:" + "X" * 1_000}])
    assert len(crashes.all()[0].message) == 200
