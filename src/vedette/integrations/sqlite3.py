"""sqlite3: one span per statement, commit and rollback.

The module's classes are written in C: `sqlite3.connect` hands out hooked subclasses through its own `factory`, so
connections and cursors remain instances of `sqlite3.Connection` and `sqlite3.Cursor`, and of a factory of the user.
"""

from __future__ import annotations

import sys

from vedette.instrument import Integration, Setup, enclosing
from vedette.instrument.families import database_steps, dbapi, subclasses
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.installed import Installed

DRIVER = dbapi.Driver("sqlite", "sqlite")
STATEMENTS = {**DRIVER.statements, "executescript": DRIVER.statement}
SHORTCUTS = ("execute", "executemany", "executescript")
CONNECTING = database_steps.connecting("sqlite3.connect", "sqlite")


def left(call: Call) -> Any:
    """`with connection:` ends, by the driver's own commit or rollback if there is a transaction."""
    connection, kind = call.args[:2]
    if not connection.in_transaction:
        return None
    return DRIVER.transactions["commit" if kind is None else "rollback"](call)


def committing(call: Call) -> Any:
    """`connection.commit()`; in 3.10 alone `executescript` calls it too, as a part of the script's span."""
    of_script = sys.version_info[:2] == (3, 10) and enclosing(Query) is not None
    return None if of_script else DRIVER.transactions["commit"](call)


def install(installed: Installed) -> Callable[[], None]:
    """Hooks `connect`, in both modules that name it."""
    module = sys.modules["sqlite3"]
    # Until 3.10 these go through the connection's methods by themselves, and so through the hooks.
    direct = sys.version_info >= (3, 11)
    driver = subclasses.Driver(
        installed,
        module.Connection,
        module.Cursor,
        subclasses.Factory(0, "factory"),
        STATEMENTS,
        DRIVER.reading(installed),
        {**DRIVER.transactions, "commit": committing, "__exit__": left},
        {name: _shortcut(name, lambda connection: driver.cursor_of(connection)) for name in SHORTCUTS if direct},
    )
    factory = subclasses.Factory(5, "factory")

    def connecting(call: Call) -> Any:
        driver.connecting(call, factory)
        return CONNECTING(call) if integration.values["trace_connect"] else None

    hook = installed.hook(module.connect, connecting)
    return subclasses.replace_in((module, module.dbapi2), "connect", hook)


def _shortcut(name: str, cursor_of: Callable[[Any], Any]) -> Callable[[Call], None]:
    """`connection.execute(...)` and its like: the driver would make a cursor of its own, which is not hooked."""

    def method(connection: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(cursor_of(connection), name)(*args, **kwargs)

    def rewire(call: Call) -> None:
        call.target = method

    return rewire


integration = Integration(
    "sqlite3",
    title="SQLite3",
    modules=["sqlite3"],
    also=["sqlite"],
    docs="https://docs.python.org/3/library/sqlite3.html",
    conventions="database",
    component="sqlite",
    service="sqlite",
    protection=["sql-injection"],
    options=DRIVER.options,
    hooks=[Setup("sqlite3", install)],
)
