"""Which part of a period is read from the figures of its quarters of an hour, and which from the spans themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from vedette.agent.query.period import Period
from vedette.agent.query.statements import rows, statement, whole
from vedette.agent.store.rollups import BUCKET, GROWTH, SLOT, progress

LEAST = 8 * SLOT
"""Nanoseconds of the shortest period that is worth it: what is shorter has hardly any whole quarters."""


@dataclass(frozen=True)
class Rolled:
    """Quarters from `first` until before `end`, of the spans up to number `upto`; all else is read span by span."""

    period: Period
    first: int
    end: int
    upto: int

    @property
    def spans(self) -> str:
        """The SQL of the spans of the period that the figures do not tell of: before, after, and not yet counted."""
        start, end = self.period.start, self.period.end
        counted = f"seq <= {self.upto}"
        parts = [f"start >= {start} AND start < {min(self.first * SLOT, end)} AND {counted}"]
        if self.end * SLOT < end:
            parts.append(f"start >= {self.end * SLOT} AND start < {end} AND {counted}")
        parts.append(f"start >= {start} AND start < {end} AND seq > {self.upto}")
        return " UNION ALL ".join(f"SELECT * FROM spans WHERE {part}" for part in parts)

    @property
    def slots(self) -> str:
        """The SQL condition of its quarters."""
        return f"slot >= {self.first} AND slot < {self.end}"

    def parts(self) -> dict[str, str]:
        """What statements have places for."""
        numbers = {"slot": str(SLOT), "growth": str(GROWTH), "bucket": BUCKET}
        return {"spans": self.spans, "slots": self.slots, **numbers}


@contextlib.contextmanager
def rolled(cursor: duckdb.DuckDBPyConnection, period: Period) -> Iterator[Rolled | None]:
    """The part that can be read from figures; None if there is none. What is read in the block fits together."""
    with whole(cursor):
        yield _rolled(cursor, period)


def _rolled(cursor: duckdb.DuckDBPyConnection, period: Period) -> Rolled | None:
    upto, first = progress(cursor), -(-period.start // SLOT)
    if period.end - period.start < LEAST or not upto:
        return None
    (latest,) = rows(cursor, statement("latest_rollup"), [])
    # Nothing that was counted began after the period: its last quarter counts as a whole.
    whole = (latest["last"] or 0) < period.end
    end = latest["slot"] + 1 if whole and latest["last"] is not None else period.end // SLOT
    return Rolled(period, first, end, upto) if first < end else None
