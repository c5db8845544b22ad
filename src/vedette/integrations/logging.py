"""logging: records carry the ids of the active span as attributes, `%(dd.trace_id)s` in a format."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import correlation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from logging import LogRecord


def making(call: Call) -> None:
    """Not before the record is made, factory of the user and `extra` included: they would be refused as overwriting."""
    call.target = call.target


def made(call: Call, record: LogRecord) -> None:
    """The record is there."""
    correlation.add(vars(record))


integration = Integration(
    "logging",
    title="logging",
    modules=["logging"],
    docs="https://docs.python.org/3/library/logging.html",
    conventions="logs",
    hooks=[Around("logging:Logger.makeRecord", making, made)],
)
