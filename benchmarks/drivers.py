"""How each SQL driver runs the statement that is measured, in an application of the driver's own kind.

Every function connects and gives back what runs a number of statements. Asynchronous drivers do so in one event loop,
so that entering it is not measured.
"""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

STATEMENT = "select 1"
COMPARED = ("bare", "vedette", "ddtrace")
Where = dict[str, Any]
"""Keyword arguments of `connect`, as the server gives them."""
Work = Callable[[int], None]


def repeated(connection: Any, **of_cursor: Any) -> Work:
    """Statements one after the other, through a cursor."""
    execute = connection.cursor(**of_cursor).execute

    def work(statements: int, _held: object = connection) -> None:  # some cursors do not hold it
        for _ in range(statements):
            execute(STATEMENT)

    return work


def awaited(connecting: Callable[[], Awaitable[Callable[[str], Awaitable[object]]]]) -> Work:
    """The same in an event loop."""
    loop = asyncio.new_event_loop()
    execute = loop.run_until_complete(connecting())

    async def several(statements: int) -> None:
        for _ in range(statements):
            await execute(STATEMENT)

    return lambda statements: loop.run_until_complete(several(statements))


def of_sqlite3(_: Where) -> Work:
    """In memory."""
    return repeated(sqlite3.connect(":memory:"))


def of_aiosqlite(_: Where) -> Work:
    """The driver's own thread runs it."""

    async def connecting() -> Any:
        connection = await importlib.import_module("aiosqlite").connect(":memory:")
        return (await connection.cursor()).execute

    return awaited(connecting)


def of_psycopg2(where: Where) -> Work:
    """Without transactions, which would be statements of the driver's own."""
    connection = importlib.import_module("psycopg2").connect(**where)
    connection.autocommit = True
    return repeated(connection)


def of_psycopg(where: Where) -> Work:
    """The same."""
    return repeated(importlib.import_module("psycopg").connect(**where, autocommit=True))


def of_psycopg_async(where: Where) -> Work:
    """The same in an event loop."""

    async def connecting() -> Any:
        psycopg = importlib.import_module("psycopg")
        return (await psycopg.AsyncConnection.connect(**where, autocommit=True)).cursor().execute

    return awaited(connecting)


def of_asyncpg(where: Where) -> Work:
    """A connection runs statements itself."""
    named = {"database" if key == "dbname" else key: value for key, value in where.items()}

    async def connecting() -> Any:
        return (await importlib.import_module("asyncpg").connect(**named)).fetch

    return awaited(connecting)


def of_aiopg(where: Where) -> Work:
    """psycopg2 within an event loop."""

    async def connecting() -> Any:
        return (await (await importlib.import_module("aiopg").connect(**where)).cursor()).execute

    return awaited(connecting)


def of_cursors(module: str, **of_cursor: Any) -> Callable[[Where], Work]:
    """A driver that has nothing of its own."""
    return lambda where: repeated(importlib.import_module(module).connect(**where), **of_cursor)


def of_mysql_loops(module: str) -> Callable[[Where], Work]:
    """aiomysql, asyncmy: PyMySQL within an event loop."""

    def connected(where: Where) -> Work:
        named = {"db" if key == "database" else key: value for key, value in where.items()}

        async def connecting() -> Any:
            cursor = (await importlib.import_module(module).connect(**named)).cursor()
            return (await cursor if hasattr(cursor, "__await__") else cursor).execute

        return awaited(connecting)

    return connected


def of_pyodbc(where: Where) -> Work:
    """By the driver of SQLite, in memory."""
    return repeated(importlib.import_module("pyodbc").connect(where["string"]))


def of_sqlalchemy(_: Where) -> Work:
    """The engine alone: the driver below it has a row of its own."""
    sqlalchemy = importlib.import_module("sqlalchemy")
    connection, statement = sqlalchemy.create_engine("sqlite://").connect(), sqlalchemy.text(STATEMENT)

    def work(statements: int) -> None:
        for _ in range(statements):
            connection.execute(statement)

    return work


class Driver(NamedTuple):
    """One row of the table."""

    title: str
    connect: Callable[[Where], Work]
    server: str = ""
    """Which server it speaks to (see `databases`)."""
    statements: int = 250
    """How many are run at a time."""
    measured_in: tuple[str, ...] = COMPARED
    """Who is measured: peers that have an integration of it."""
    environ: tuple[tuple[str, str], ...] = ()
    """What is off unless asked for, in both tracers; the reference's names are understood by both."""


DRIVERS = {
    "sqlite3": Driver("sqlite3", of_sqlite3, measured_in=(*COMPARED, "opentelemetry")),
    "aiosqlite": Driver("aiosqlite", of_aiosqlite),
    "psycopg2": Driver("psycopg2", of_psycopg2, "postgresql"),
    "psycopg": Driver("psycopg 3", of_psycopg, "postgresql"),
    "psycopg_async": Driver("psycopg 3, asynchronous", of_psycopg_async, "postgresql"),
    "asyncpg": Driver("asyncpg", of_asyncpg, "postgresql"),
    "aiopg": Driver("aiopg", of_aiopg, "postgresql"),
    "mysqldb": Driver("mysqlclient", of_cursors("MySQLdb"), "mariadb"),
    "pymysql": Driver("PyMySQL", of_cursors("pymysql"), "mariadb"),
    "mysql": Driver("mysql-connector", of_cursors("mysql.connector", buffered=True), "mariadb"),
    "mariadb": Driver("MariaDB", of_cursors("mariadb", buffered=True), "mariadb"),
    "aiomysql": Driver("aiomysql", of_mysql_loops("aiomysql"), "mariadb"),
    "asyncmy": Driver(
        "asyncmy, unknown to ddtrace", of_mysql_loops("asyncmy"), "mariadb", measured_in=("bare", "vedette")
    ),
    "pyodbc": Driver("pyodbc", of_pyodbc, "odbc"),
    "vertica": Driver("Vertica", of_cursors("vertica_python"), "vertica"),
    "snowflake": Driver(
        "Snowflake",
        of_cursors("snowflake.connector"),
        "snowflake",
        20,
        environ=(("DD_TRACE_SNOWFLAKE_ENABLED", "true"),),
    ),
    "sqlalchemy": Driver(
        "SQLAlchemy's engine",
        of_sqlalchemy,
        environ=(("DD_TRACE_SQLALCHEMY_ENABLED", "true"), ("DD_TRACE_SQLITE3_ENABLED", "false")),
    ),
}  # fmt: skip
