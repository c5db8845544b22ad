"""mysqlclient (MySQLdb): one span per statement, commit and rollback.

Cursors are written in Python. Connections inherit commit and rollback from a class in C, and, until 2.3, forget what
they were made with: both are seen to here.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Integration, Setup, enclosing
from vedette.instrument.families import database_steps, dbapi, subclasses
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed

PARAMETERS = ("host", "user", "password", "database", "port")
FORMER_NAMES = {"passwd": "password", "db": "database"}


def facts(connection: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """What a connection was made with; where an option file decided, what the client library says of the host."""
    given = {**dict(zip(PARAMETERS, args)), **{FORMER_NAMES.get(name, name): value for name, value in kwargs.items()}}
    host, _, way = connection.get_host_info().partition(" via ")
    by_network = way == "TCP/IP"
    return {
        "server.address": given.get("host") or (host if by_network else given.get("unix_socket") or "localhost"),
        "server.port": connection.port if by_network else None,
        "db.namespace": given.get("database"),
        "db.user": given.get("user"),
    }


DRIVER = dbapi.Driver("mysql", system="mysql", module="MySQLdb", facts=lambda connection: facts(connection, (), {}))
CONNECTING = database_steps.connecting("MySQLdb.connection.connect", "mysql")


def connecting(call: Call) -> Any:
    """A connection is made: it is looked at afterwards, whether somebody wants to see that or not."""
    call.target = call.target
    return CONNECTING(call) if integration.values["trace_connect"] else None


def connected(call: Call, result: Any) -> None:
    """It is made."""
    connection, *args = call.args
    if DRIVER.facts is not None:
        DRIVER.facts.keep(connection, facts(connection, tuple(args), call.kwargs))
    DRIVER.connected(call, result)


def query(call: Call) -> Query | None:
    """`connection.query(...)`: of the application's own, or part of a cursor's statement."""
    outer = enclosing(Query)
    if outer is not None and getattr(outer.cursor, "connection", None) is call.args[0]:
        return None
    described: Query | None = DRIVER.shortcuts["execute"](call)
    return described


def transactions(installed: Installed) -> Callable[[], None]:
    """Hooks what connections inherit."""
    methods = subclasses.each(DRIVER.transactions)
    return subclasses.override(installed, sys.modules["MySQLdb.connections"].Connection, methods)


FETCHING = ("CursorStoreResultMixIn", "CursorUseResultMixIn")

integration = Integration(
    "mysqldb",
    title="mysqlclient (MySQLdb)",
    distribution="mysqlclient",
    modules=["MySQLdb"],
    floor="1.3.11",
    tested=["1.3.11", "1.3.14", "1.4.6", "2.0.3", "2.2.7", "latest"],
    docs="https://mysqlclient.readthedocs.io",
    conventions="database",
    service="mysql",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[
        *DRIVER.cursors("MySQLdb.cursors:BaseCursor"),
        *(hook for name in FETCHING for hook in DRIVER.cursors(f"MySQLdb.cursors:{name}", derived=True)),
        Around("MySQLdb.connections:Connection.__init__", connecting, connected),
        Around("MySQLdb.connections:Connection.query", query),
        Setup("MySQLdb.connections", transactions),
    ],
    builds=["default-libmysqlclient-dev", "pkg-config"],
    notes="MySQL-python, the first library of this import name, can't be installed on Python 3: mysqlclient is its "
    "successor with the same interface, and what is proved here is proved with that. Its releases before 1.3.11 can't "
    "be compiled for Python 3.9 and newer.",
)
