"""What trials come to: how many attacks were found and how many alarms were false, by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vedette.protection.trials.trial import Result


class Rate:
    """The results of one class."""

    def __init__(self) -> None:
        self.attacks = 0
        self.found = 0
        self.ordinary = 0
        self.alarms = 0

    def add(self, result: Result) -> None:
        """Counts one result."""
        if result.attempt.case.is_attack:
            self.attacks += 1
            self.found += result.is_right
        else:
            self.ordinary += 1
            self.alarms += not result.is_right

    @property
    def detection(self) -> float | None:
        """Share of attacks found, 0 to 1; None without attacks."""
        return self.found / self.attacks if self.attacks else None

    @property
    def false_alarms(self) -> float | None:
        """Share of ordinary requests flagged, 0 to 1; None without ordinary requests."""
        return self.alarms / self.ordinary if self.ordinary else None


class Rates:
    """The results of a run."""

    def __init__(self, results: Iterable[Result]) -> None:
        self.total = Rate()
        self.by_class: dict[str, Rate] = {}
        self.by_disguise: dict[str, Rate] = {}
        self.wrong: list[Result] = []
        for result in results:
            self._add(result)

    def _add(self, result: Result) -> None:
        attempt = result.attempt
        self.total.add(result)
        self.by_class.setdefault(attempt.case.kind, Rate()).add(result)
        if attempt.disguise:
            self.by_disguise.setdefault(attempt.disguise, Rate()).add(result)
        if not result.is_right:
            self.wrong.append(result)
