"""aiomysql: one span per statement, commit and rollback. The pieces of PyMySQL that it uses make none."""

from __future__ import annotations

from vedette.instrument import Integration
from vedette.instrument.families import dbapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def gather(connection: Any) -> dict[str, Any]:
    """What the connection was made with."""
    return {
        "server.address": connection.host,
        "server.port": connection.port,
        "db.namespace": connection.db,
        "db.user": connection.user,
    }


DRIVER = dbapi.Driver("mysql", system="mysql", module="aiomysql", facts=gather)

integration = Integration(
    "aiomysql",
    title="aiomysql",
    distribution="aiomysql",
    modules=["aiomysql"],
    floor="0.1.0",
    tested=["0.1.0", "0.2.0", "latest"],
    docs="https://aiomysql.readthedocs.io",
    conventions="database",
    service="mysql",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[
        *DRIVER.cursors("aiomysql.cursors:Cursor"),
        *DRIVER.cursors("aiomysql.cursors:SSCursor", derived=True),
        *DRIVER.connections("aiomysql.connection:Connection"),
        *DRIVER.connects("aiomysql.connection:Connection._connect"),
    ],
)
