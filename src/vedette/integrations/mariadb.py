"""MariaDB Connector/Python: one span per statement, commit and rollback.

From 1.1 on its classes are written in Python. Those of 1.0 are written in C, and `mariadb.connect` gives proxies:
whoever takes connections from a pool object by themselves gets them as they are, without spans.
"""

from __future__ import annotations

import sys

from vedette.instrument import Integration, Setup
from vedette.instrument.families import dbapi, proxies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


def gather(connection: Any) -> dict[str, Any]:
    """What the client library knows of the connection, without asking the server."""
    return {
        "server.address": connection.server_name,
        "server.port": connection.server_port,
        "db.namespace": connection.database,
        "db.user": connection.user,
    }


def prepares(cursor: Any) -> bool:
    """Whether the cursor was asked to prepare its statement."""
    return bool(getattr(cursor, "_prepared", False))


DRIVER = dbapi.Driver("mariadb", system="mariadb", facts=gather, prepares=prepares)
CLOSED = proxies.connects(DRIVER, "mariadb:connect")


def install(installed: Installed) -> Callable[[], None]:
    """Connections of 1.0 stay behind proxies."""
    is_python = hasattr(sys.modules["mariadb"].connect, "__code__")
    return (lambda: None) if is_python else CLOSED.install(installed)


integration = Integration(
    "mariadb",
    title="MariaDB Connector/Python",
    distribution="mariadb",
    modules=["mariadb"],
    floor="1.0.0",
    tested=["1.0.0", "1.0.11", "1.1.2", "1.1.8", "latest"],
    docs="https://mariadb.com/docs/connectors/mariadb-connector-python",
    conventions="database",
    service="mariadb",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[
        *DRIVER.cursors("mariadb.cursors:Cursor"),
        *DRIVER.connections("mariadb.connections:Connection"),
        *DRIVER.connects("mariadb.connections:Connection.__init__"),
        # 2.0, seen as a release candidate:
        *DRIVER.cursors("mariadb.sync_cursor:SyncCursor"),
        *DRIVER.cursors("mariadb.async_cursor:AsyncCursor"),
        *DRIVER.connections("mariadb_shared.sync_connection_common:SyncConnectionCommon"),
        *DRIVER.connections("mariadb_shared.async_connection_common:AsyncConnectionCommon"),
        Setup("mariadb", install),
    ],
    builds=["libmariadb-dev"],
)
