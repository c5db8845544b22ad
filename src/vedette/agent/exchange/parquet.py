"""Spans as a Parquet file, one column per field; lists and objects are JSON texts. DuckDB reads and writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from vedette.agent.exchange.lines import LISTS, OBJECTS, Span
from vedette.agent.store.rows import SpanRow

NUMBERS = {"start": "UBIGINT", "duration": "UBIGINT", "error": "BOOLEAN", "attack": "BOOLEAN", "blocked": "BOOLEAN"}
BATCH = 2_000


class Writing:
    """A Parquet file that is being made; it is there after `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = duckdb.connect(":memory:")
        columns = ", ".join(f'"{name}" {NUMBERS.get(name, "VARCHAR")}' for name in SpanRow._fields)
        self._connection.execute(f"CREATE TABLE spans ({columns})")

    def add(self, spans: list[Span]) -> None:
        """Takes spans."""
        form = json.dumps({name: [NUMBERS.get(name, "VARCHAR")] for name in SpanRow._fields})
        columns = {name: [_flat(name, span[name]) for span in spans] for name in SpanRow._fields}
        values = ", ".join(f'unnest(batch."{name}")' for name in SpanRow._fields)
        statement = f"INSERT INTO spans SELECT {values} FROM (SELECT from_json_strict(?, '{form}') AS batch)"
        self._connection.execute(statement, [json.dumps(columns)])

    def close(self) -> None:
        """Writes the file."""
        quoted = str(self._path).replace("'", "''")
        self._connection.execute(f"COPY spans TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        self._connection.close()


def spans_in(path: Path) -> Iterator[list[Span]]:
    """The spans of a file, in batches.

    Raises:
        duckdb.Error: it is no such file.
    """
    with duckdb.connect(":memory:") as connection:
        names = ", ".join(f'"{name}"' for name in SpanRow._fields)
        result = connection.execute(f"SELECT {names} FROM read_parquet(?)", [str(path)])
        while found := result.fetchmany(BATCH):
            yield [_span(dict(zip(SpanRow._fields, values))) for values in found]


def _flat(name: str, value: object) -> object:
    return json.dumps(value) if name in LISTS or name in OBJECTS else value


def _span(row: Span) -> Span:
    return {name: json.loads(value) if name in LISTS or name in OBJECTS else value for name, value in row.items()}
