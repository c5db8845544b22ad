"""PEP 249 drivers: statements through cursors, commits and rollbacks through connections.

Drivers written in Python are hooked in their methods. Those written in C take hooked subclasses of their connection
and cursor (see `subclasses`).
"""
from __future__ import annotations

from vedette.instrument.integration import Around
from vedette.operations import Query, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from typing import Any

    from vedette._native import Call

    Describe = Callable[[Call], Any]
    Server = Callable[[Any], "dict[str, Any] | None"]


def statement(name: str, system: str, server: Server | None = None, batch: bool = False) -> Callable[[Call], Query]:
    """A describer for `cursor.execute(statement, ...)` and its like. `server` tells of the cursor's connection."""

    def query(call: Call) -> Query:
        args = call.args
        text = args[1] if len(args) > 1 else _keyword(call)
        instance = args[0]
        return Query(name, system, as_text(text, instance), server(instance) if server else None, batch=batch)

    return query


def _keyword(call: Call) -> Any:
    names = ("sql", "query", "operation", "statement", "procname")
    return next((call.kwargs[key] for key in names if key in call.kwargs), None)


def as_text(statement: Any, cursor: Any) -> str:
    """A statement as text; composed ones (psycopg's `sql.SQL`) by their own means."""
    if isinstance(statement, str):
        return statement
    if isinstance(statement, (bytes, bytearray)):
        return statement.decode("utf-8", "replace")
    compose = getattr(statement, "as_string", None)
    return str(compose(cursor) if compose else statement)


def counted(call: Call, result: Any) -> None:
    """The statement ran: the cursor knows how many rows it touched, or -1."""
    rows = getattr(call.args[0], "rowcount", None)
    if isinstance(rows, int) and rows >= 0:
        call.operation.rows = rows


def transaction(name: str, system: str, server: Server | None = None) -> Callable[[Call], Task]:
    """A describer for `connection.commit()`, `.rollback()`; and for fetches, which name no statement either."""

    def task(call: Call) -> Task:
        attributes = {"db.system.name": system}
        operation = Task(name, None, {**attributes, **(server(call.args[0]) or {})} if server else attributes)
        operation.kind = "client"
        operation.type = "sql"
        return operation

    return task


class ConnectionFacts:
    """What spans say of a connection's server. Asked once per connection, and kept as long as the connection lives."""

    __slots__ = ("_gather", "_known")

    def __init__(self, gather: Callable[[Any], dict[str, Any]]) -> None:
        from weakref import WeakKeyDictionary  # a declaration must be cheap to import; drivers have it loaded

        self._gather = gather
        self._known: MutableMapping[Any, dict[str, Any]] = WeakKeyDictionary()

    def of(self, connection: Any) -> dict[str, Any] | None:
        """The attributes; None for a connection that can't tell (closed, broken), whose calls are about to fail."""
        known = self._known.get(connection)
        if known is None:
            try:
                known = self._known[connection] = self._gather(connection)
            except Exception:  # of whatever kind: the statement that follows will tell the caller
                return None
        return known

    def of_cursor(self, cursor: Any) -> dict[str, Any] | None:
        """The same, for a cursor of the connection."""
        return self.of(cursor.connection)


def methods(
    owner: str,
    describers: dict[str, Describe],
    after: Callable[[Call, Any], Any] | None = None,
    option: str | None = None,
) -> Iterable[Around]:
    """Hooks for the methods of a class that is written in Python."""
    return (Around(f"{owner}.{name}", describe, after, option=option) for name, describe in describers.items())
