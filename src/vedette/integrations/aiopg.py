"""aiopg: one span per statement, from sending it to its answer.

It drives psycopg2 without waiting inside of it. A statement is named by psycopg2's own cursor, so that the hooks of
that library take it for a part of the one that they are within.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import postgres, statements
from vedette.operations import Query

DRIVER = postgres.driver("aiopg")


def statement(call: Call) -> Query | None:
    """`cursor.execute(operation, ...)`, `cursor.callproc(procname, ...)`."""
    cursor, text = call.args[0]._impl, call.args[1]
    return statements.query(DRIVER.name, DRIVER.system, cursor, text, DRIVER.of_cursor, kind=statements.LastingQuery)


integration = Integration(
    "aiopg",
    title="aiopg",
    distribution="aiopg",
    modules=["aiopg"],
    floor="0.15",
    tested=["0.15.0", "0.16.0", "1.0.0", "1.2.1", "1.3.5", "latest"],
    pins={"<1.4": ["psycopg2-binary"]},
    docs="https://aiopg.readthedocs.io",
    conventions="database",
    service="postgres",
    protection=["sql-injection"],
    needs=["postgresql"],
    notes="aiopg itself can't connect on Python 3.10 and newer before 1.2.",
    hooks=[
        Around("aiopg.connection:Cursor.execute", statement),
        Around("aiopg.connection:Cursor.callproc", statement),
    ],
)
