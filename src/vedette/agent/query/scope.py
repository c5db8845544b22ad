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
# Commits and the like are of no type, but name the store.
# Attributes are looked at last: reading them costs more than all the rest.
OUTGOING = (
    f"(kind = 'client' AND type NOT IN ({_STORES}) AND "
    "(type <> '' OR (NOT contains(name, '.connection.') AND NOT contains(attributes, '\"db.system'))))"
)
JOBS = "((kind = 'consumer' AND type <> 'websocket') OR (type = 'worker' AND kind IN ('', 'internal')))"
# A process says the same with all its spans, which a pattern makes use of and reading JSON does not: 16 ms against 420
# for a million spans. Names with escapes are left to JSON.
OWNER = (
    "coalesce(nullif(CASE WHEN contains(process, '\\') THEN json_extract_string(process, '$.\"service.name\"') "
    'ELSE regexp_extract(process, \'"service.name": ?"([^"]*)"\', 1) END, \'\'), service)'
)
"""The service whose process made the span: a query belongs to who asks, whatever service the span is filed under."""
# Some tracers file calls of an HTTP client under a service named as the library; they are the application's own.
PLACE = f"(CASE WHEN kind = 'client' AND type NOT IN ({_STORES}) THEN {OWNER} ELSE service END)"
"""The service that a span counts for where services are listed and drawn."""


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
