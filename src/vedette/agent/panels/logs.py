"""Log records as the page shows them."""

from __future__ import annotations

from typing import Any

from vedette.agent.panels import units
from vedette.agent.panels.marked import visible
from vedette.agent.query.statements import Row

LONGEST = 4_000
LEVELS = ((17, "bad"), (13, "client"), (9, ""), (0, "faint"))
"""Least severity (OpenTelemetry: 17 is ERROR, 13 WARN, 9 INFO), and how it is coloured."""


def records(logs: list[Row], start: int) -> list[dict[str, Any]]:
    """Lines of a list of records; moments are given from `start` (ns)."""
    return [
        {
            "offset": units.duration(max(row["time"] - start, 0)) if row["time"] else "",
            "level": row["level"] or row["event"],
            "level_class": next(name for least, name in LEVELS if row["severity"] >= least),
            "logger": row["logger"],
            "service": row["service"],
            "colour": units.colour(row["service"]),
            "body": visible(row["body"][:LONGEST]),
            "span": f"{row['span_id']:016x}" if row["span_id"] else "",
        }
        for row in logs
    ]
