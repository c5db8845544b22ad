"""Drivers of PostgreSQL: statements one and many, rows, transactions, copying, a refused statement."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from tests.contract.exercises.exercise import exercise, failure, failure_of


@exercise("psycopg", "postgresql_dsn")
def psycopg(dsn: Any) -> Any:
    import psycopg as library

    async def asynchronously() -> Any:
        connection = await library.AsyncConnection.connect(dsn)
        async with connection, connection.cursor() as cursor:
            await cursor.execute("select 2")
            return await cursor.fetchall(), [row async for row in cursor.stream("select 3")]

    with library.connect(dsn) as connection:
        cursor = connection.execute("select 1")
        rows = cursor.fetchall()
        cursor.executemany("select %s", [(1,), (2,)])
        with cursor.copy("copy (select 1) to stdout") as copy:
            blocks = [bytes(block) for block in copy]
        streamed = list(cursor.stream("select 4"))
        connection.rollback()
    return rows, blocks, streamed, asyncio.run(asynchronously()), failure(library.connect(dsn).execute, "selec 1")


@exercise("psycopg2", "postgresql_dsn")
def psycopg2(dsn: Any) -> Any:
    import psycopg2 as library

    connection = library.connect(dsn)
    cursor = connection.cursor()
    cursor.execute("select %s", (1,))
    rows = cursor.fetchall()
    cursor.callproc("upper", ["a"])
    out = io.StringIO()
    cursor.copy_expert("copy (select 1) to stdout", out)
    connection.commit()
    connection.rollback()
    return rows, cursor.rowcount, out.getvalue(), failure(cursor.execute, "selec 1")


@exercise("asyncpg", "postgresql_dsn")
def asyncpg(dsn: Any) -> Any:
    import asyncpg as library

    async def main() -> Any:
        connection = await library.connect(dsn)
        await connection.execute("create temporary table t (a int)")
        await connection.execute("insert into t values ($1)", 1)
        await connection.executemany("insert into t values ($1)", [(2,), (3,)])
        copied = await connection.copy_records_to_table("t", records=[(4,)])
        rows = [*map(tuple, await connection.fetch("select a from t order by a")), *await prepared(connection)]
        pieces = io.BytesIO()
        copies = copied, await connection.copy_from_query("select a from t", output=pieces), pieces.getvalue()
        refused = await failure_of(connection.fetch("selec 1"))
        await connection.close()
        return rows, copies, refused, (await failure_of(library.connect(host="127.0.0.1", port=1)))[0]

    async def prepared(connection: Any) -> Any:
        statement = await connection.prepare("select a from t where a > $1 order by a")
        await (await connection.prepare("insert into t values ($1)")).executemany([(5,), (6,)])
        async with connection.transaction():
            cursor = await connection.cursor("select a from t order by a")
            await cursor.forward(1)
            found = [await cursor.fetchrow(), *await cursor.fetch(1)]
            found += [row async for row in connection.cursor("select 7")]
        return [*map(tuple, (*found, *await statement.fetch(4), await statement.fetchrow(5)))]

    return asyncio.run(main())


@exercise("aiopg", "postgresql_dsn")
def aiopg(dsn: Any) -> Any:
    import aiopg as library

    async def main() -> Any:
        async with library.connect(dsn, enable_hstore=False) as connection, connection.cursor() as cursor:
            await cursor.execute("select %s union select 2", (1,))
            rows = await cursor.fetchone(), await cursor.fetchmany(1), await cursor.fetchall()
            await cursor.callproc("upper", ["a"])
            return rows, await cursor.fetchall(), cursor.rowcount, await failure_of(cursor.execute("selec 1"))

    return asyncio.run(main())
