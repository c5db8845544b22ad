"""Loguru: records carry the ids of the active span, in themselves and in `extra`, after all patchers have run."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import correlation


def emitting(call: Call) -> None:
    """A handler gets a record, which all handlers share: the first adds what the others find."""
    record = call.arg(0, "record")
    correlation.add(record)
    correlation.add(record["extra"])


integration = Integration(
    "loguru",
    title="Loguru",
    distribution="loguru",
    modules=["loguru"],
    floor="0.4.0",
    tested=["0.4.1", "0.5.3", "0.6.0", "latest"],
    docs="https://loguru.readthedocs.io",
    conventions="logs",
    hooks=[Around("loguru._handler:Handler.emit", emitting)],
)
