"""asyncmy: one span per statement, commit and rollback.

It is compiled: connections hand out hooked subclasses of their cursors through the argument of `cursor` that takes a
class, so that these remain instances of asyncmy's classes and of the application's own.
"""

from __future__ import annotations

import sys

from vedette.instrument import Integration, Setup
from vedette.instrument.families import database_steps, dbapi, statements, subclasses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed


def gather(connection: Any) -> dict[str, Any]:
    """What the connection was made with."""
    user, database = connection._user, connection._db
    return {
        "server.address": connection._host,
        "server.port": connection._port,
        "db.namespace": database.decode() if isinstance(database, bytes) else database,
        "db.user": user.decode() if isinstance(user, bytes) else user,
    }


def prepares(cursor: Any) -> bool:
    """A connection that keeps prepared statements finds them by their text."""
    return bool(getattr(cursor.connection, "_stmt_cache_size", 0))


DRIVER = dbapi.Driver("mysql", system="mysql", module="asyncmy", facts=gather, prepares=prepares)
CONNECTING = database_steps.connecting("asyncmy.connect", "mysql")
CURSOR_CLASS = subclasses.Factory(0, "cursor", optional=True)


def connections(installed: Installed) -> Callable[[], None]:
    """Hooks what connections do themselves."""
    methods = subclasses.each(DRIVER.transactions)
    if integration.values["trace_connect"]:
        methods["connect"] = (CONNECTING, DRIVER.connected)
    return subclasses.override(installed, sys.modules["asyncmy.connection"].Connection, methods, asynchronous=True)


def cursors(installed: Installed) -> Callable[[], None]:
    """Hooks the cursors that connections make."""
    methods = subclasses.each({**DRIVER.reading(installed), **DRIVER.statements}, statements.counted)
    hooked = subclasses.Subclasses(installed, sys.modules["asyncmy.cursors"].Cursor, methods, {}, asynchronous=True)

    def rewire(call: Call) -> None:
        CURSOR_CLASS.hand_in(call, call.args[0]._cursor_cls, hooked.of, instances=1)

    return installed.around("asyncmy.connection:Connection.cursor", rewire)


integration = Integration(
    "asyncmy",
    title="asyncmy",
    distribution="asyncmy",
    modules=["asyncmy"],
    floor="0.2.7",
    tested=["0.2.7", "0.2.10", "latest"],
    docs="https://github.com/long2ice/asyncmy",
    conventions="database",
    service="mysql",
    protection=["sql-injection"],
    options=DRIVER.options,
    needs=["mariadb"],
    hooks=[Setup("asyncmy.connection", connections), Setup("asyncmy.connection", cursors)],
)
