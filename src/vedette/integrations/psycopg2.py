"""psycopg2: one span per statement, COPY, commit and rollback.

Its classes are written in C: `psycopg2.connect` hands out hooked subclasses through its own `connection_factory`, so
connections and cursors remain instances of the library's classes, and of a factory of the user. A factory that is a
function is left alone.
"""

from __future__ import annotations

import sys

from vedette.instrument import Call, Integration, Setup
from vedette.instrument.families import database_steps, postgres, subclasses
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


DRIVER = postgres.driver("psycopg2")


def copying(direction: str) -> Callable[[Call], Query | None]:
    """A describer for `copy_from(file, table, ...)` and `copy_to`, by the statement that they make."""

    def copy(call: Call) -> Query | None:
        args = call.args
        table = args[2] if len(args) > 2 else call.kwargs.get("table")
        return DRIVER.query(args[0], f'COPY "{table}" {direction}')

    return copy


STATEMENTS = {
    **DRIVER.statements,
    "copy_expert": DRIVER.statement,
    "copy_from": copying("FROM STDIN"),
    "copy_to": copying("TO STDOUT"),
}
CONNECTING = database_steps.connecting("psycopg2.connect", "postgresql")
CONNECTION_FACTORY = subclasses.Factory(1, "connection_factory", optional=True)


def install(installed: Installed) -> Callable[[], None]:
    """Hooks `connect`."""
    extensions = sys.modules["psycopg2.extensions"]
    values = integration.values
    driver = subclasses.Driver(
        installed,
        extensions.connection,
        extensions.cursor,
        subclasses.Factory(1, "cursor_factory", optional=True),
        STATEMENTS,
        DRIVER.reading(installed),
        DRIVER.transactions,
    )

    def connecting(call: Call) -> Any:
        driver.connecting(call, CONNECTION_FACTORY)
        return CONNECTING(call) if values["trace_connect"] else None

    return installed.around("psycopg2:connect", connecting, DRIVER.connected)


integration = Integration(
    "psycopg2",
    title="psycopg2",
    distribution="psycopg2-binary",
    modules=["psycopg2"],
    also=["psycopg"],
    floor="2.8.6",
    tested=["2.8.6", "2.9.5", "2.9.9", "latest"],
    docs="https://www.psycopg.org/docs/",
    conventions="database",
    component="psycopg",
    service="postgres",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["postgresql"],
    hooks=[Setup("psycopg2", install)],
    notes="The distributions psycopg2 and psycopg2-binary hold the same library.",
)
