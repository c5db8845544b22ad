"""Keeping what was received: one DuckDB database, one thread that writes it."""

from vedette.agent.store.database import Database, StoreError
from vedette.agent.store.queue import Outcome
from vedette.agent.store.rows import LogRow, MetricRow, SpanRow
from vedette.agent.store.tables import LOGS, METRICS, SPANS, Table
from vedette.agent.store.writer import Writer

__all__ = [
    "LOGS",
    "METRICS",
    "SPANS",
    "Database",
    "LogRow",
    "MetricRow",
    "Outcome",
    "SpanRow",
    "StoreError",
    "Table",
    "Writer",
]
