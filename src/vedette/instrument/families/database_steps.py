"""What cursors and connections do beside statements: rows are read, transactions end, connections are made."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call, Span
    from vedette.instrument.families.remembered import LastStatements
    from vedette.instrument.families.statements import Server


class Fetch(Task):
    """Rows are read, of what the cursor ran last."""

    __slots__ = ("cursor", "rows")

    def __init__(self, name: str, text: str | None, attributes: dict[str, Any], cursor: object) -> None:
        Task.__init__(self, name, text, attributes)
        self.kind = "client"
        self.type = "sql"
        self.cursor = cursor
        self.rows: int | None = None

    def end(self, span: Span) -> None:
        """Rows, as of the statement."""
        if self.rows is not None:
            span.set_attribute("db.response.returned_rows", self.rows)


def transaction(name: str, system: str, server: Server | None = None) -> Callable[[Call], Task]:
    """A describer for `connection.commit()`, `.rollback()`: these have no type."""
    attributes = {"db.system.name": system}

    def task(call: Call) -> Task:
        operation = Task(name, None, server(call.args[0]) or attributes if server else attributes)
        operation.kind = "client"
        return operation

    return task


def fetch(
    name: str, system: str, server: Server | None = None, last: LastStatements | None = None
) -> Callable[[Call], Task | None]:
    """A describer for `cursor.fetchall()` and its like. One that goes through another is the same one."""
    attributes = {"db.system.name": system}

    def task(call: Call) -> Fetch | None:
        cursor = call.args[0]
        outer = enclosing(Fetch)
        if outer is not None and outer.cursor is cursor:
            return None
        text = last.of(cursor) if last is not None else None
        return Fetch(name, text, server(cursor) or attributes if server else attributes, cursor)

    return task


def connecting(name: str, system: str) -> Callable[[Call], Task]:
    """A describer for `connect`."""
    attributes = {"db.system.name": system}

    def task(call: Call) -> Task:
        operation = Task(name, None, attributes)
        operation.kind = "client"
        operation.type = "sql"
        return operation

    return task
