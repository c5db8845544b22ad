"""Keeping spans: one DuckDB database, one thread that writes it."""

from vedette.agent.store.database import Database, StoreError
from vedette.agent.store.rows import COLUMNS, SpanRow
from vedette.agent.store.writer import Writer

__all__ = ["COLUMNS", "Database", "SpanRow", "StoreError", "Writer"]
