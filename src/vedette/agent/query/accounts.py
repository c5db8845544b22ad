"""Accounts under attack, and who attacks them: over all processes, each of which sees only its own sign-ins.

The thresholds are those that processes have by default; they count within any five minutes of the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import BUCKETS, SPARKS, size_of
from vedette.agent.query.statements import Row, rows, statement
from vedette.settings.options import OPTIONS

MOST = 200_000
"""Newest sign-ins that are looked at: more take the page seconds."""
NOTHING: Row = {"failures": 0, "successes": 0, "signups": 0}
_NUMBERS = ("account_failures", "account_addresses", "address_accounts", "failure_ratio")


@dataclass(frozen=True)
class SignIns:
    """What happened to accounts in a period."""

    accounts: list[Row]
    """Attacked ones: `account`, `failures`, `successes`, `addresses`, `is_distributed`, `is_taken`, ..."""
    addresses: list[Row]
    """Attacking ones: `address`, `failures`, `successes`, `accounts`, `is_stuffing`, `entered`, `tried`, ..."""
    period: Period
    size: int
    """Length of a bucket, ns."""
    buckets: list[Row]
    """`failures`, `successes`, `signups` over time."""
    denied: set[tuple[str, str]]
    """Those of the addresses and accounts that are on a deny list: `address` or `user`, and which."""

    def count(self, name: str) -> int:
        """How many of these there were in all."""
        return sum(int(bucket[name]) for bucket in self.buckets)


def sign_ins(cursor: duckdb.DuckDBPyConnection, scope: Scope) -> SignIns:
    """Attacks on accounts in the scope, and sign-ins over time."""
    where, values = _condition(scope)
    spark = [scope.period.start, size_of(scope.period, SPARKS)]
    size = size_of(scope.period)
    over_time = rows(cursor, _filled("sign_ins", where), [scope.period.start, size, *values])
    found = {row["bucket"]: row for row in over_time}
    attackers = rows(cursor, _filled("attackers", where), [*values, *spark])
    stuffing = [row["address"] for row in attackers if row["is_stuffing"]]
    accounts = rows(cursor, _filled("accounts", where), [*values, stuffing, stuffing, *spark])
    names = [row["address"] for row in attackers], [row["account"] for row in accounts]
    return SignIns(
        accounts,
        attackers,
        scope.period,
        size,
        [found.get(number, NOTHING) for number in range(BUCKETS)],
        {(row["kind"], row["id"]) for row in rows(cursor, statement("denied"), [*names])},
    )


def _condition(scope: Scope) -> tuple[str, list[Any]]:
    """As `Scope.condition`, for this table: its `service` is that of the process."""
    parts, values = ["start >= ? AND start < ?"], [scope.period.start, scope.period.end]
    told: list[Any] = [*values]
    for column, value in (("service", scope.service), ("env", scope.env)):
        if value:
            parts.append(f"{column} = ?")
            told.append(value)
    return " AND ".join(parts), told


def _filled(name: str, where: str) -> str:
    text = statement(name).replace("{condition}", where)
    for number in _NUMBERS:
        text = text.replace(f"{{{number}}}", str(OPTIONS[f"takeover_{number}"].default))
    text = text.replace("{most}", str(MOST))
    window = int(OPTIONS["takeover_window"].default or 0) * 1_000_000_000
    return text.replace("{window}", str(window))
