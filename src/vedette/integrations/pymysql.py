"""PyMySQL: one span per statement, commit and rollback."""

from __future__ import annotations

from vedette.instrument import Integration
from vedette.instrument.families import dbapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def gather(connection: Any) -> dict[str, Any]:
    """What the connection was made with."""
    database = connection.db
    return {
        "server.address": connection.host,
        "server.port": connection.port,
        "db.namespace": database.decode() if isinstance(database, bytes) else database,
        "db.user": connection.user.decode() if isinstance(connection.user, bytes) else connection.user,
    }


DRIVER = dbapi.Driver("pymysql", system="mysql", facts=gather)

integration = Integration(
    "pymysql",
    title="PyMySQL",
    distribution="PyMySQL",
    modules=["pymysql"],
    floor="0.7",
    tested=["0.7.0", "0.10.1", "1.0.3", "latest"],
    docs="https://pymysql.readthedocs.io",
    conventions="database",
    service="pymysql",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[
        *DRIVER.cursors("pymysql.cursors:Cursor"),
        *DRIVER.cursors("pymysql.cursors:SSCursor", derived=True),
        *DRIVER.connections("pymysql.connections:Connection"),
        *DRIVER.connects("pymysql.connections:Connection.connect"),
    ],
)
