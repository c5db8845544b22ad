"""A demo is well only if the agent counted everything that had to be seen."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.demo.verdict import counts, problems

GOOD: dict[str, Any] = {
    "traces": 9,
    "spans": 40,
    "services": ["shop-front", "shop-orders", "shop-worker", "redis"],
    "attacks": 3,
    "blocked": 2,
    "drops": 0,
}


def test_a_good_summary_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert counts(GOOD) == {"traces": 9, "spans": 40, "services": 4, "attacks": 3, "blocked": 2, "drops": 0}


def test_services_may_come_as_a_count() -> None:
    assert problems({**GOOD, "services": 3}) == []
    assert problems({**GOOD, "services": 2}) == ["only 2 of 3 services were seen"]


@pytest.mark.parametrize("name", ["traces", "spans", "attacks", "blocked"])
def test_each_count_must_not_be_zero(name: str) -> None:
    assert problems({**GOOD, name: 0}) == [f"no {name} were counted"]


def test_drops_are_a_problem() -> None:
    assert problems({**GOOD, "drops": 7}) == ["7 spans were dropped"]


def test_a_service_that_was_not_seen_is_named() -> None:
    assert problems({**GOOD, "services": ["shop-front", "shop-orders"]}) == ["nothing was seen of shop-worker"]


def test_an_agent_that_does_not_answer_is_a_problem() -> None:
    assert problems({}) == ["the agent did not answer"]
