"""sqlite3: one span per statement, commit and rollback.

The module's classes are written in C: `sqlite3.connect` hands out hooked subclasses through its own `factory`, so
connections and cursors remain instances of `sqlite3.Connection` and `sqlite3.Cursor`, and of a factory of the user.
"""
from __future__ import annotations

import sys

from vedette.instrument import Integration, Setup
from vedette.instrument.families import dbapi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed

STATEMENT = dbapi.statement("sqlite.query", "sqlite")
STATEMENTS = {
    "execute": STATEMENT,
    "executemany": dbapi.statement("sqlite.query", "sqlite", batch=True),
    "executescript": STATEMENT,
}
TRANSACTIONS = {
    "commit": dbapi.transaction("sqlite.connection.commit"),
    "rollback": dbapi.transaction("sqlite.connection.rollback"),
}


def install(installed: Installed) -> Callable[[], None]:
    """Hooks `connect`, in both modules that name it."""
    module = sys.modules["sqlite3"]
    classes = dbapi.Subclasses(installed, STATEMENTS, TRANSACTIONS, module.Cursor, "factory")

    def connecting(call: Call) -> None:
        classes.hand_in(call, "factory", module.Connection, classes.connection)

    return dbapi.replace_in((module, module.dbapi2), "connect", installed.hook(module.connect, connecting))


integration = Integration(
    "sqlite3",
    title="SQLite3",
    modules=["sqlite3"],
    docs="https://docs.python.org/3/library/sqlite3.html",
    conventions="database",
    component="sqlite",
    service="sqlite",
    protection=["sql-injection"],
    hooks=[Setup("sqlite3", install)],
)
