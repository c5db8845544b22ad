"""What an exercise is, and all there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exercise:
    """Work, and the fixture that it is given."""

    work: Callable[[Any], Any]
    server: str | None


EXERCISES: dict[str, Exercise] = {}
"""By integration."""


def exercise(integration: str, server: str | None = None) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Declares the work of an integration."""

    def declared(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        assert integration not in EXERCISES
        EXERCISES[integration] = Exercise(work, server)
        return work

    return declared


def failure(function: Any, *args: Any, **named: Any) -> tuple[str, str]:
    """The error that a call ends in."""
    try:
        function(*args, **named)
    except Exception as error:
        return type(error).__name__, str(error)
    return "", "no error"


async def failure_of(awaitable: Any) -> tuple[str, str]:
    """The error that something awaited ends in."""
    try:
        await awaitable
    except Exception as error:
        return type(error).__name__, str(error)
    return "", "no error"
