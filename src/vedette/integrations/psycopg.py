"""Psycopg 3: one span per statement, COPY, commit and rollback; synchronous and asynchronous."""

from __future__ import annotations

from vedette.instrument import Around, Integration, Setup
from vedette.instrument.families import postgres

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DRIVER = postgres.driver("psycopg")


def client_cursor(name: str) -> Iterable[Around | Setup]:
    """A class of cursors on the client's side. The generator inside of `copy` lives as long as the COPY."""
    yield from DRIVER.cursors(f"psycopg:{name}")
    yield Around(f"psycopg:{name}.stream", DRIVER.lasting)
    yield Around(f"psycopg:{name}.copy.__wrapped__", DRIVER.lasting)


def connection(name: str) -> Iterable[Around]:
    """A class of connections."""
    yield from DRIVER.connections(f"psycopg:{name}")
    yield from DRIVER.connects(f"psycopg:{name}.connect", "psycopg.connection.connect")


integration = Integration(
    "psycopg",
    title="Psycopg 3",
    distribution="psycopg",
    modules=["psycopg"],
    floor="3.0",
    tested=["3.0", "3.1.20", "3.2.13", "latest"],
    pins={version: [f"psycopg-binary=={version}"] for version in ("3.0", "3.1.20", "3.2.13")},
    tests_use=["psycopg-binary", "psycopg-pool"],
    docs="https://www.psycopg.org/psycopg3/docs/",
    conventions="database",
    service="postgres",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["postgresql"],
    hooks=[
        *client_cursor("Cursor"),
        *client_cursor("AsyncCursor"),
        *DRIVER.cursors("psycopg:ServerCursor"),
        *DRIVER.cursors("psycopg:AsyncServerCursor"),
        *connection("Connection"),
        *connection("AsyncConnection"),
    ],
)
