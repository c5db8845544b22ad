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

    def condition(self, *more: str, owner: str = OWNER) -> tuple[str, list[Any]]:
        """SQL that is true for the spans in it (and for `more`), and its parameters.

        Args:
            owner: how the service of the process is told, where that is not to be read from `process`.
        """
        where, values = self.whose(*more, owner=owner)
        return f"start >= ? AND start < ? AND {where}", [self.period.start, self.period.end, *values]

    def whose(self, *more: str, owner: str = OWNER) -> tuple[str, list[Any]]:
        """The same, whatever the period."""
        parts, values = ["true"], list[Any]()
        if self.service:
            parts.append(f"(service = ? OR {owner} = ?)")
            values += [self.service, self.service]
        if self.env:
            parts.append("env = ?")
            values.append(self.env)
        return " AND ".join([*parts, *more]), values
