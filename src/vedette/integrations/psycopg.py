"""Psycopg 3: one span per statement, COPY, commit and rollback; synchronous and asynchronous."""
from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import dbapi, postgres

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def gather(connection: Any) -> dict[str, Any]:
    """What libpq knows of the connection, without asking the server."""
    info = connection.info
    return postgres.facts(info.host, info.port, info.dbname, info.user, info.parameter_status("application_name"))


FACTS = dbapi.ConnectionFacts(gather)
STATEMENT = dbapi.statement("postgres.query", "postgresql", FACTS.of_cursor)
BATCH = dbapi.statement("postgres.query", "postgresql", FACTS.of_cursor, batch=True)
TRANSACTIONS = {
    name: dbapi.transaction(f"psycopg.connection.{name}", "postgresql", FACTS.of) for name in ("commit", "rollback")
}
FETCHES = postgres.fetches(FACTS.of_cursor)


def connected(call: Call, connection: Any) -> None:
    """A connection is made: now it can tell to what."""
    if call.span is not None:
        call.span.set_attributes(FACTS.of(connection) or {})


def cursor(name: str) -> Iterable[Around]:
    """The hooks of a class of cursors."""
    yield Around(f"psycopg:{name}.execute", STATEMENT, dbapi.counted)
    yield from dbapi.methods(f"psycopg:{name}", FETCHES, option="trace_fetch_methods")


def client_cursor(name: str) -> Iterable[Around]:
    """What only cursors on the client's side can do. The generator inside of `copy` lives as long as the COPY."""
    yield from cursor(name)
    yield Around(f"psycopg:{name}.executemany", BATCH, dbapi.counted)
    yield Around(f"psycopg:{name}.stream", STATEMENT)
    yield Around(f"psycopg:{name}.copy.__wrapped__", STATEMENT)


def connection(name: str) -> Iterable[Around]:
    """The hooks of a class of connections."""
    yield from dbapi.methods(f"psycopg:{name}", TRANSACTIONS)
    yield Around(
        f"psycopg:{name}.connect", postgres.connecting("psycopg.connection.connect"), connected, option="trace_connect"
    )


integration = Integration(
    "psycopg",
    title="Psycopg 3",
    distribution="psycopg",
    modules=["psycopg"],
    floor="3.0",
    tested=["3.0", "3.1.20", "3.2.13", "latest"],
    pins={version: [f"psycopg-binary=={version}"] for version in ("3.0", "3.1.20", "3.2.13")},
    tests_use=["psycopg-binary"],
    docs="https://www.psycopg.org/psycopg3/docs/",
    conventions="database",
    service="postgres",
    protection=["sql-injection"],
    options=postgres.OPTIONS,
    needs=["postgresql"],
    hooks=[
        *client_cursor("Cursor"),
        *client_cursor("AsyncCursor"),
        *cursor("ServerCursor"),
        *cursor("AsyncServerCursor"),
        *connection("Connection"),
        *connection("AsyncConnection"),
    ],
)
