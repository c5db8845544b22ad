"""What a panel's queries are limited to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vedette.agent.query.period import Period
from vedette.agent.store.work import OWNER

@dataclass(frozen=True)
class Scope:
    """A period, and optionally one service and one environment."""

    period: Period
    service: str = ""
    env: str = ""

    def condition(self, *more: str) -> tuple[str, list[Any]]:
        """SQL that is true for the spans in it (and for `more`), and its parameters."""
        parts = ["start >= ?", "start < ?"]
        values: list[Any] = [self.period.start, self.period.end]
        if self.service:
            parts.append(f"(service = ? OR {OWNER} = ?)")
            values += [self.service, self.service]
        if self.env:
            parts.append("env = ?")
            values.append(self.env)
        return " AND ".join([*parts, *more]), values
