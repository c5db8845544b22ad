"""The servers that SQL drivers are measured against: real ones where they can be had, started as the tests do."""

from __future__ import annotations

import atexit
import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from tests.integrations.odbc import connection_string
from tests.services import fakesnow, mariadb, postgresql, vertica_stub


@contextlib.contextmanager
def _postgresql() -> Iterator[dict[str, Any]]:
    with postgresql.running() as server:
        yield {"host": "127.0.0.1", "port": server.port, "user": "postgres", "dbname": "postgres"}


@contextlib.contextmanager
def _mariadb() -> Iterator[dict[str, Any]]:
    with mariadb.running() as server:
        yield server.options()


@contextlib.contextmanager
def _vertica() -> Iterator[dict[str, Any]]:
    with vertica_stub.running() as server:
        yield server.options


@contextlib.contextmanager
def _snowflake() -> Iterator[dict[str, Any]]:
    with fakesnow.running() as server:
        yield server.options()


@contextlib.contextmanager
def _odbc() -> Iterator[dict[str, Any]]:
    yield {"string": connection_string("SQLite3", "libsqlite3odbc.so", Database=":memory:")}


@contextlib.contextmanager
def _none() -> Iterator[dict[str, Any]]:
    yield {}


_SERVERS: dict[str, Callable[[], AbstractContextManager[dict[str, Any]]]] = {
    "postgresql": _postgresql,
    "mariadb": _mariadb,
    "vertica": _vertica,
    "snowflake": _snowflake,
    "odbc": _odbc,
    "": _none,
}
_started: dict[str, dict[str, Any] | None] = {}
_until_the_end = ExitStack()
atexit.register(_until_the_end.close)


def where(server: str) -> dict[str, Any] | None:
    """Keyword arguments of `connect`; the server runs from now to the program's end. None if it can't be had."""
    if server not in _started:
        try:
            _started[server] = _until_the_end.enter_context(_SERVERS[server]())
        except pytest.skip.Exception as reason:  # as the tests of this machine say
            print(f"not measured: {reason}", file=sys.stderr)
            _started[server] = None
    return _started[server]
