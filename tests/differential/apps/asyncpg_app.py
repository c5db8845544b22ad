"""asyncpg: statements by every method, an error."""

import asyncio
import contextlib
import os

import asyncpg


async def main():
    connection = await asyncpg.connect(
        host="127.0.0.1", port=int(os.environ["POSTGRESQL_PORT"]), user="postgres", database="postgres"
    )
    await connection.execute("create temporary table users (id integer, name text)")
    await connection.executemany("insert into users values ($1, $2)", [(1, "Ada"), (2, "Grace")])
    await connection.fetch("select name from users where id = $1", 1)
    await connection.fetchrow("select name from users")
    with contextlib.suppress(asyncpg.PostgresError):
        await connection.fetchval("select * from absent")
    await connection.close()


asyncio.run(main())
