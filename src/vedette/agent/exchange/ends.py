"""Where spans are read from and written to: a running agent, or the database of a data folder where none runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from vedette import _native
from vedette.agent.client import Client, NoAnswer, token_for
from vedette.agent.counters import Counters
from vedette.agent.exchange.lines import Span, row_of
from vedette.agent.options import Limits, Retention, default_data_folder
from vedette.agent.query.export import export
from vedette.agent.query.terms import parse
from vedette.agent.serve.running import find
from vedette.agent.store import Database, StoreError, Writer

PATIENCE = 60.0
"""Seconds for the database to take a batch."""


class End(Protocol):
    """One of both."""

    def read(self, search: str) -> Iterator[list[Span]]:
        """All spans of the traces that match."""

    def write(self, spans: list[Span]) -> None:
        """Stores spans."""

    def write_otlp(self, body: bytes) -> None:
        """Stores the spans of an OTLP request in JSON."""


class Running:
    """An agent that runs."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, search: str) -> Iterator[list[Span]]:
        """All spans of the traces that match."""
        after: int | None = 0
        while after is not None:
            answer = self._client.ask("/api/export", q=search, after=after)
            after = answer["after"]
            yield answer["spans"]

    def write(self, spans: list[Span]) -> None:
        """Stores spans."""
        self._post("/api/import", b"\n".join(json.dumps(span).encode() for span in spans), "application/x-ndjson")

    def write_otlp(self, body: bytes) -> None:
        """Stores the spans of an OTLP request in JSON."""
        self._post("/v1/traces", body, "application/json")

    def _post(self, path: str, body: bytes, kind: str) -> None:
        with self._client.stream(path, body, kind) as lines:
            list(lines)


class Folder:
    """A database that nobody else uses now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counters = Counters()
        self._writer = Writer(database, self._counters, Limits(), Retention())
        self._writer.start()

    def read(self, search: str) -> Iterator[list[Span]]:
        """All spans of the traces that match."""
        after: int | None = 0
        while after is not None:
            spans, after = export(self._database.cursor(), parse(search), after)
            yield spans

    def write(self, spans: list[Span]) -> None:
        """Stores spans."""
        self._store([row_of(span) for span in spans])

    def write_otlp(self, body: bytes) -> None:
        """Stores the spans of an OTLP request in JSON."""
        self._store(_native.decode_rows("otlp-json", body))

    def _store(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._writer.offer(rows, 0)
        if not self._writer.flush(PATIENCE) or self._counters.dropped():
            raise StoreError("the database did not take the spans (its message is above)")

    def close(self) -> None:
        """Writes everything down."""
        self._writer.stop(PATIENCE)
        self._database.close()


@contextmanager
def end_of(data: Path | None, url: str = "") -> Iterator[End]:
    """The agent at `url` or of the data folder (None: the usual one), or the folder's database where no agent runs.

    Raises:
        NoAnswer, StoreError: neither can be had.
    """
    folder = data or default_data_folder()
    if not url and _answers(folder) and (noted := find(folder)):
        url = noted.url
    if url:
        yield Running(Client(url, token_for(url, data)))
        return
    opened = Folder(Database(folder))
    try:
        yield opened
    finally:
        opened.close()


def _answers(folder: Path) -> bool:
    """Whether an agent runs on the folder: one that ended without a word left its note behind."""
    if find(folder) is None:
        return False
    try:
        Client.of_folder(folder).ask("/info")
    except NoAnswer:
        return False
    return True
