"""Other databases: statements one and many, rows, transactions, a refused statement."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.exercises.exercise import exercise, failure


@exercise("sqlite3")
def sqlite(_: Any) -> Any:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    with connection:
        connection.execute("create table t (a)")
        connection.executemany("insert into t values (?)", [(1,), (2,)])
    cursor = connection.cursor()
    cursor.executescript("insert into t values (3)")
    connection.commit()
    connection.rollback()
    return [cursor.execute("select a from t").fetchall(), cursor.fetchone(), failure(cursor.execute, "selec")]


@exercise("aiosqlite")
def aiosqlite(_: Any) -> Any:
    import aiosqlite as library

    async def main() -> Any:
        async with library.connect(":memory:") as connection:
            await connection.executescript("create table t (a); insert into t values (1)")
            await connection.commit()
            async with connection.execute("select a from t") as cursor:
                rows = [row async for row in cursor]
            try:
                await connection.execute("selec")
            except Exception as error:
                return rows, type(error).__name__, str(error)

    return asyncio.run(main())


@exercise("sqlalchemy")
def sqlalchemy(_: Any) -> Any:
    import sqlalchemy as library

    engine = library.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(library.text("create table t (a int)"))
        connection.execute(library.text("insert into t values (:a)"), [{"a": 1}, {"a": 2}])
        rows = connection.execute(library.text("select a from t")).fetchall()
        refused = failure(connection.execute, library.text("selec"))
    return [tuple(row) for row in rows], refused


@exercise("redis", "redis_url")
def redis(url: Any) -> Any:
    import redis as library
    from redis import asyncio as asynchronous

    async def asynchronously() -> Any:
        client = asynchronous.Redis.from_url(url)
        await client.set("contract", "2")
        value = await client.get("contract")
        await client.aclose()
        return value

    client = library.Redis.from_url(url)
    with client.pipeline() as pipeline:
        pipe = pipeline.set("contract", "1").get("contract").execute()
    return client.get("contract"), pipe, failure(client.execute_command, "NONSENSE")[0], asyncio.run(asynchronously())


@exercise("pyodbc", "odbc_string")
def pyodbc(where: Any) -> Any:
    import pyodbc as library

    connection = library.connect(where)
    with connection:
        connection.execute("create table t (a int)")
    with connection.cursor() as cursor:
        cursor.executemany("insert into t values (?)", [(1,), (2,)])
        cursor.commit()
        rows = cursor.execute("select a from t").fetchone(), cursor.fetchmany(1), cursor.fetchall()
        cursor.rollback()
        connection.commit()
        refused = failure(cursor.execute, "selec 1"), failure(library.connect, "Driver=none")[0]
    return [tuple(row) for row in (rows[0], *rows[1], *rows[2])], refused, isinstance(connection, library.Connection)


@exercise("vertica", "vertica_server")
def vertica(server: Any) -> Any:
    import vertica_python as library

    from tests.services.vertica_stub import Failure, Rows

    with library.connect(**server.options) as connection:
        cursor = connection.cursor()
        server.answer(Rows(("id",), ((1,), (2,), (3,))))
        rows = cursor.execute("select id from t").fetchone(), cursor.fetchmany(1), cursor.fetchall(), cursor.nextset()
        cursor.executemany("insert into t values (1)", [(), ()], use_prepared_statements=True)
        cursor.copy("copy t from stdin", "1\n2\n")
        server.answer(Failure("no such table"))
        refused = failure(cursor.execute, "select id from nothing")[0]
        connection.commit()
        connection.rollback()
    return rows, refused, cursor.rowcount


@exercise("snowflake", "snowflake_server")
def snowflake(server: Any) -> Any:
    from snowflake import connector

    name = server.database()
    with connector.connect(**server.options()) as connection:
        cursor = connection.cursor()
        for each in (f"database {name}", f"schema {name}.shop", f"table {name}.shop.users (id int)"):
            cursor.execute(f"create {each}")
        cursor.execute(f"use schema {name}.shop")
        cursor.executemany("insert into users (id) values (%s)", [(1,), (2,), (3,)])
        rows = cursor.execute("select id from users order by id").fetchone(), cursor.fetchmany(1), cursor.fetchall()
        connection.commit()
        connection.rollback()
        dictionary = connection.cursor(connector.DictCursor).execute("select 4 as four").fetchall()
        return rows, dictionary, failure(cursor.execute, "selec 1")[0]
