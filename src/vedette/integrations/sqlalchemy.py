"""SQLAlchemy: one span per statement, around that of the driver. Off by default: drivers tell more.

Hooked is where a dialect hands a statement to its driver, which is the same for engines, sessions, the ORM and
asynchronous engines. What an engine tells of its server is what its URL says.
"""

from __future__ import annotations

import sys

from vedette.instrument import Call, Integration, Setup, enclosing
from vedette.instrument.families import statements
from vedette.instrument.families.remembered import ConnectionFacts
from vedette.operations import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

VENDORS = {"postgresql": "postgres", "mariadb": "mysql"}
SYSTEMS = {"mssql": "microsoft.sql_server", "oracle": "oracle.db"}


def gather(engine: Any) -> dict[str, Any]:
    """What an engine's URL says."""
    url = engine.url
    return {
        "server.address": url.host,
        "server.port": url.port,
        "db.namespace": url.database,
        "sql.db": url.database,
        "db.user": url.username,
    }


FACTS = ConnectionFacts(gather)


def statement(name: str, named: bool) -> Callable[[Call], Query | None]:
    """A describer for `dialect.do_execute(cursor, statement, ...)` and its like, of which one may call another.

    `named`: whether the user named the service; else it is that of the system.
    """
    context_at = 3 if name == "do_execute_no_params" else 4
    batch = name == "do_executemany"

    def describe(call: Call) -> Query | None:
        dialect, context = call.args[0].name, call.args[context_at]
        outer = enclosing(Query)
        if outer is not None and context is not None and outer.cursor is context:
            return None
        vendor = VENDORS.get(dialect, dialect)
        facts = FACTS.of(context.engine) if context is not None else None
        query = Query(f"{vendor}.query", SYSTEMS.get(dialect, dialect), call.args[2], facts, batch=batch)
        query.service = None if named else vendor
        query.cursor = context
        return query

    return describe


def ran(call: Call, result: Any) -> None:
    """The cursor knows how many rows there were."""
    statements.count(call.operation, call.args[1])


def hooks(module: str, dialect: str, *names: str) -> Setup:
    """The hooks of a class of dialects, as far as this version of it has those methods."""

    def install(installed: Installed) -> Callable[[], None]:
        named = installed.service is not None
        own = [name for name in names if name in vars(getattr(sys.modules[module], dialect))]
        undo = [installed.around(f"{module}:{dialect}.{name}", statement(name, named), ran) for name in own]

        def restore() -> None:
            for each in undo:
                each()

        return restore

    return Setup(module, install)


integration = Integration(
    "sqlalchemy",
    title="SQLAlchemy",
    distribution="SQLAlchemy",
    modules=["sqlalchemy"],
    floor="1.0",
    tested=["1.0.10", "1.2.13", "1.3.24", "1.4.54", "2.0.43", "latest"],
    automatic=False,
    docs="https://docs.sqlalchemy.org",
    conventions="database",
    protection=["sql-injection"],
    needs=["postgresql", "mariadb"],
    tests_use=["psycopg2-binary", "psycopg-binary", "psycopg", "PyMySQL", "aiosqlite", "greenlet"],
    hooks=[
        hooks("sqlalchemy.engine.default", "DefaultDialect", "do_execute", "do_executemany", "do_execute_no_params"),
        # Some have an `executemany` of their own.
        hooks("sqlalchemy.dialects.mysql.mysqldb", "MySQLDialect_mysqldb", "do_executemany"),
        hooks("sqlalchemy.dialects.mssql.pyodbc", "MSDialect_pyodbc", "do_executemany"),
        hooks("sqlalchemy.dialects.oracle.cx_oracle", "OracleDialect_cx_oracle", "do_executemany"),
        hooks("sqlalchemy.dialects.postgresql.psycopg2", "PGDialect_psycopg2", "do_executemany"),
    ],
)
