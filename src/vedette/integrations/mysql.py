"""MySQL Connector/Python: one span per statement, commit and rollback; pure, with its C extension, and asynchronous."""

from __future__ import annotations

from vedette.instrument import Around, Integration, Setup, Stream
from vedette.instrument.families import dbapi, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from vedette.instrument import Call

ROWS = ("", "Raw", "Dict", "NamedTuple")
KINDS = [f"{kind}{rows}" for kind in ("", "Buffered", "Prepared") for rows in ROWS]
"""Of cursors: how they fetch, and what they make of rows."""


def gather(connection: Any) -> dict[str, Any]:
    """What the connection was made with: its property `database` would ask the server."""
    return {
        "server.address": connection._host,
        "server.port": connection._port,
        "db.namespace": connection._database,
        "db.user": connection._user,
    }


def connection_of(cursor: Any) -> Any:
    """Cursors hold a weak proxy (until 9.0 `_cnx` with the C extension), whose bound methods know the connection."""
    return (getattr(cursor, "_cnx", None) or cursor._connection).close.__self__


def ran(call: Call, result: Any) -> Any:
    """Until 9.2, `execute(..., multi=True)` sends its statements while the caller asks for one result after another."""
    if hasattr(result, "gi_frame"):
        return Stream(call, result)
    return statements.counted(call, result)


def prepares(cursor: Any) -> bool:
    """Some kinds prepare a statement anew whenever they are given another object."""
    return "Prepared" in type(cursor).__name__


DRIVER = dbapi.Driver("mysql", system="mysql", facts=gather, connection_of=connection_of, prepares=prepares)


def cursors(module: str, prefix: str = "") -> Iterator[Around | Setup]:
    """The hooks of a module of cursors."""
    base = f"mysql.connector.{module}:{prefix}MySQLCursor"
    yield Around(f"{base}.execute", DRIVER.statement, ran)
    for kind in KINDS:
        yield from DRIVER.cursors(f"{base}{kind}", derived=bool(kind))


integration = Integration(
    "mysql",
    title="MySQL Connector/Python",
    distribution="mysql-connector-python",
    modules=["mysql.connector"],
    floor="8.0.5",
    tested=["8.0.5", "8.0.33", "8.4.0", "9.4.0", "latest"],
    docs="https://dev.mysql.com/doc/connector-python/en/",
    conventions="database",
    service="mysql",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[
        *cursors("cursor"),
        *cursors("cursor_cext", "C"),
        *cursors("aio.cursor"),
        *DRIVER.connections("mysql.connector.connection:MySQLConnection"),
        *DRIVER.connections("mysql.connector.connection_cext:CMySQLConnection"),
        *DRIVER.connections("mysql.connector.aio.connection:MySQLConnection"),
        *DRIVER.connects("mysql.connector.abstracts:MySQLConnectionAbstract.connect"),
        *DRIVER.connects("mysql.connector.aio.connection:MySQLConnection.connect"),
    ],
    notes="The abandoned distribution mysql-connector (2.1, 2.2) holds the same modules and is instrumented, too.",
)
