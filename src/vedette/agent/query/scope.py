"""What a panel's queries are limited to, and what kinds of work spans stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vedette.agent.query.period import Period

STORES = (
    "sql",
    "redis",
    "valkey",
    "mongodb",
    "cassandra",
    "elasticsearch",
    "opensearch",
    "memcached",
    "dynamodb",
    "db",
)
"""Types of spans that are questions to a store of data."""
_STORES = ", ".join(f"'{name}'" for name in STORES)
# Datadog tracers of old send requests without a kind; those spans are of type `web` and begin their part of the trace.
REQUESTS = "(kind = 'server' OR (type = 'web' AND kind = '' AND parent_id = 0))"
QUERIES = f"(type IN ({_STORES}))"
OUTGOING = f"(kind = 'client' AND type NOT IN ({_STORES}))"
JOBS = "(kind = 'consumer' OR (type = 'worker' AND kind IN ('', 'internal')))"


@dataclass(frozen=True)
class Scope:
    """A period, and optionally one service and one environment."""

    period: Period
    service: str = ""
    env: str = ""

    def condition(self, *more: str) -> tuple[str, list[Any]]:
        """SQL that is true for the spans in it (and for `more`), and its parameters."""
        parts, values = ["start >= ?", "start < ?"], [self.period.start, self.period.end]
        for column in ("service", "env"):
            if getattr(self, column):
                parts.append(f"{column} = ?")
                values.append(getattr(self, column))
        return " AND ".join([*parts, *more]), values
