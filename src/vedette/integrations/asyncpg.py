"""asyncpg: one span per statement, COPY and connection.

It is no driver of PEP 249: connections run statements themselves, and a part of the statements belongs to objects made
from them (prepared statements, cursors on the server). Hooked is where all of these pass, so that preparing a
statement and running it are one span; what the driver asks for itself (types that it meets first) makes none.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import database_steps, dbapi, postgres, statements
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def gather(connection: Any) -> dict[str, Any]:
    """Where the connection leads to; for Unix sockets the address is a path."""
    address, parameters = connection._addr, connection._params
    host, port = (address, None) if isinstance(address, str) else address[:2]
    application = (parameters.server_settings or {}).get("application_name")
    return postgres.facts(host, port, parameters.database, parameters.user, application)


DRIVER = dbapi.Driver("postgres", "postgresql", "asyncpg", gather, connection_of=lambda connection: connection)


# No comments in these: the driver keeps what it has prepared by its text, which must stay the same from call to call.
STATEMENT = statements.statement(DRIVER.name, DRIVER.system, DRIVER.of_cursor)
BATCH = statements.statement(DRIVER.name, DRIVER.system, DRIVER.of_cursor, batch=True)


def simple(call: Call) -> Query | None:
    """`connection.execute`: with arguments, the statement goes the way of all others."""
    return None if len(call.args) > 2 else DRIVER.statement(call)


def prepared(batch: bool = False) -> Callable[[Call], Query | None]:
    """A describer for what runs a statement that it was made with."""

    def describe(call: Call) -> Query | None:
        maker = call.args[0]
        query = DRIVER.query(maker._connection, maker._query)
        if query is not None:
            query.batch = batch
        return query

    return describe


def copying(call: Call) -> Query | None:
    """`connection.copy_records_to_table(table, ...)`: the statement that the driver makes of it, without columns."""
    table, schema = call.arg(0, "table_name"), call.kwargs.get("schema_name")
    name = f'"{schema}"."{table}"' if schema else f'"{table}"'
    return DRIVER.query(call.args[0], f"COPY {name} FROM STDIN (FORMAT binary)")


def counted(call: Call, result: Any) -> None:
    """The rows that came."""
    if call.operation is not None and isinstance(result, list):
        call.operation.rows = len(result)


CONNECTION = "asyncpg.connection:Connection"
PREPARED = "asyncpg.prepared_stmt:PreparedStatement"
CURSOR = "asyncpg.cursor"

CONNECTING = database_steps.connecting("postgres.connect", "postgresql")

integration = Integration(
    "asyncpg",
    title="asyncpg",
    distribution="asyncpg",
    modules=["asyncpg"],
    floor="0.22",
    tested=["0.22.0", "0.25.0", "0.27.0", "0.29.0", "0.30.0", "latest"],
    docs="https://magicstack.github.io/asyncpg",
    conventions="database",
    service="postgres",
    protection=["sql-injection"],
    needs=["postgresql"],
    hooks=[
        Around(
            "asyncpg.connection:connect", database_steps.connecting("postgres.connect", "postgresql"), DRIVER.connected
        ),
        Around(f"{CONNECTION}.execute", simple),
        Around(f"{CONNECTION}._execute", STATEMENT, counted),
        Around(f"{CONNECTION}._executemany", BATCH, counted),
        Around(f"{CONNECTION}._copy_out", STATEMENT),
        Around(f"{CONNECTION}._copy_in", STATEMENT),
        Around(f"{CONNECTION}.copy_records_to_table", copying),
        Around(f"{PREPARED}._PreparedStatement__bind_execute", prepared(), counted),
        Around(f"{PREPARED}.executemany.__wrapped__", prepared(batch=True)),
        Around(f"{PREPARED}.fetchmany.__wrapped__", prepared(batch=True), counted, optional=True),
        Around(f"{CURSOR}:BaseCursor._bind_exec", prepared(), counted),
        Around(f"{CURSOR}:BaseCursor._exec", prepared(), counted),
        Around(f"{CURSOR}:Cursor.forward.__wrapped__", prepared()),
    ],
)
