"""pyodbc: one span per statement, commit and rollback.

Its classes are closed: connections and their cursors stay behind proxies (see `families.proxies`). Which database is
behind them, the driver of ODBC tells.
"""

from __future__ import annotations

import sys

from vedette.instrument import Integration
from vedette.instrument.families import database_steps, dbapi, proxies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument import Call
    from vedette.operations import Task

SYSTEMS = {"microsoft sql server": "microsoft.sql_server", "oracle": "oracle.db"}
"""Names by convention where it is not the system's own in small letters."""


def gather(connection: Any) -> dict[str, Any]:
    """What the driver says, as far as it says something; SQLite's calls the database its server."""
    module = sys.modules["pyodbc"]

    def ask(what: str) -> str:
        try:
            return str(connection.getinfo(getattr(module, what)))
        except Exception:  # of whatever kind a driver raises: it does not know
            return ""

    system, database, server = ask("SQL_DBMS_NAME").lower(), ask("SQL_DATABASE_NAME"), ask("SQL_SERVER_NAME")
    return {
        "db.system.name": SYSTEMS.get(system, system),
        "db.namespace": database,
        "db.user": ask("SQL_USER_NAME"),
        "server.address": server if server != database else "",
    }


DRIVER = dbapi.Driver("pyodbc", "other_sql", facts=gather, connection_of=proxies.connection_of)
OF_CURSOR = {
    name: database_steps.transaction(f"pyodbc.connection.{name}", DRIVER.system, DRIVER.of_cursor)
    for name in dbapi.TRANSACTIONS
}


def left(call: Call) -> Task | None:
    """`with connection:` ends, by a commit or rollback."""
    connection, kind = call.args[:2]
    if not in_transaction(connection):
        return None
    return DRIVER.transactions["commit" if kind is None else "rollback"](call)  # type: ignore[no-any-return]


def cursor_left(call: Call) -> Task | None:
    """`with cursor:` ends, by a commit if all went well."""
    cursor, kind = call.args[:2]
    return OF_CURSOR["commit"](call) if kind is None and in_transaction(proxies.connection_of(cursor)) else None


def in_transaction(connection: Any) -> bool:
    """Whether statements wait for a commit."""
    try:
        return not connection.autocommit
    except Exception:  # it is closed, which the call itself will say
        return False


integration = Integration(
    "pyodbc",
    title="pyodbc",
    distribution="pyodbc",
    modules=["pyodbc"],
    floor="4.0",
    tested=["4.0.34", "4.0.39", "5.1.0", "latest"],
    docs="https://github.com/mkleehammer/pyodbc/wiki",
    conventions="database",
    service="pyodbc",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["odbc", "postgresql"],
    notes="4.0.34 is the oldest with a wheel, and the oldest tested.",
    hooks=[
        proxies.connects(
            DRIVER,
            "pyodbc:connect",
            of_connections={"__exit__": left},
            of_cursors={**OF_CURSOR, "__exit__": cursor_left},
        )
    ],
)
