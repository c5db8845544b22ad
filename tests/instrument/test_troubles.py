"""What is told of vedette's own errors: kind and place, nothing of the application."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.instrument import troubles
from vedette.settings.kinds import parse_boolean


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was noted."""
    found: list[Any] = []
    monkeypatch.setattr(troubles._native, "note_trouble", lambda *told: found.append(told))
    return found


def test_the_kind_and_the_place_are_told_and_no_data(noted: list[Any]) -> None:
    try:
        parse_boolean("hunter2")
    except ValueError as error:
        troubles.note("integration x met an error", error)
    ((message, stack),) = noted
    assert message == "integration x met an error: ValueError"
    assert '  File "vedette/settings/kinds.py", line ' in stack
    assert "  <redacted>" in stack
    assert "hunter2" not in stack
    assert __file__ not in stack


def test_an_error_that_was_never_raised(noted: list[Any]) -> None:
    troubles.note("x", KeyError("hunter2"))
    assert noted == [("x: KeyError", "Traceback (most recent call last):\nKeyError")]
