"""Statements of SQL drivers, as cursors and connections of PEP 249 are given them."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.instrument.families.statement_comments import KEYWORDS
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call, Span
    from vedette.instrument.families.database_steps import Fetch
    from vedette.instrument.families.remembered import LastStatements
    from vedette.instrument.families.statement_comments import Place

    Server = Callable[[Any], "dict[str, Any] | None"]

_MOST_ROWS = 1 << 63
"""What does not fit is no count: unbuffered cursors of MySQL say 2**64 - 1 for `unknown`."""


class LastingQuery(Query):
    """A statement that goes on after its call, such as a COPY."""

    __slots__ = ()

    def end(self, span: Span) -> None:
        """Rows are counted by now."""
        count(self, self.cursor)
        Query.end(self, span)


def statement(
    name: str,
    system: str,
    server: Server | None = None,
    batch: bool = False,
    comment: Place | None = None,
    kind: type[Query] = Query,
    last: LastStatements | None = None,
) -> Callable[[Call], Any]:
    """A describer for `cursor.execute(statement, ...)` and its like. `server` tells of the cursor's connection.

    What a statement needs of its own cursor (`executemany` by way of `execute`, `super()`) is no statement of its own.
    """

    def describe(call: Call) -> Query | None:  # what `query` does, without a call of it: no statement goes another way
        args = call.args
        cursor = args[0]
        outer = enclosing(Query)
        if outer is not None and outer.cursor is cursor:
            return None
        text = args[1] if len(args) > 1 else _keyword(call)
        if type(text) is not str:
            text = as_text(text, cursor)
        facts = server(cursor) if server is not None else None
        told = facts.get("db.system.name", system) if facts is not None else system
        if last is not None and last.on:
            last.keep(cursor, text)
        return kind(name, told, text, facts, "sql", batch, cursor, comment)

    return describe


def query(
    name: str,
    system: str,
    cursor: Any,
    text: Any,
    server: Server | None = None,
    batch: bool = False,
    comment: Place | None = None,
    kind: type[Query] = Query,
) -> Query | None:
    """A statement that `cursor` is about to run; None if it is part of one that it is running."""
    outer = enclosing(Query)
    if outer is not None and outer.cursor is cursor:
        return None
    facts = server(cursor) if server else None
    if facts:
        system = facts.get("db.system.name", system)
    said = text if type(text) is str else as_text(text, cursor)
    return kind(name, system, said, facts, "sql", batch, cursor, comment)


def _keyword(call: Call) -> Any:
    kwargs = call.kwargs
    return next((kwargs[key] for key in KEYWORDS if key in kwargs), None)


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
    operation = call.operation
    if operation is not None:
        rows = getattr(operation.cursor, "rowcount", None)
        if isinstance(rows, int) and 0 <= rows < _MOST_ROWS:
            operation.rows = rows


def count(operation: Query | Fetch | None, cursor: Any) -> None:
    """Takes over the rows that a cursor knows of."""
    rows = getattr(cursor, "rowcount", None)
    if operation is not None and isinstance(rows, int) and 0 <= rows < _MOST_ROWS:
        operation.rows = rows
