"""Spans for what a framework does by itself, told only where the setting `detail` is `full`."""

from __future__ import annotations

from vedette.instrument.integration import Around
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette._native import Call


def steps(owner: str, names: dict[str, str]) -> tuple[Around, ...]:
    """Hooks on methods of `owner` (`package.module:Class`): method to the name of its span."""
    return tuple(
        Around(f"{owner}.{method}", _step(name), optional=True, option="full") for method, name in names.items()
    )


def _step(name: str) -> Callable[[Call], Task]:
    return lambda call: Task(name)
