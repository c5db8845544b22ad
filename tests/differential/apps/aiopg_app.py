"""aiopg: statements, an error."""

import asyncio
import contextlib
import os

import aiopg
import psycopg2

DSN = f"host=127.0.0.1 port={os.environ['POSTGRESQL_PORT']} user=postgres dbname=postgres"


async def main():
    async with aiopg.connect(DSN) as connection:
        cursor = await connection.cursor()
        await cursor.execute("create temporary table users (id integer, name text)")
        await cursor.execute("select name from users where id = %s", (1,))
        await cursor.fetchall()
        with contextlib.suppress(psycopg2.Error):
            await cursor.execute("select * from absent")


asyncio.run(main())
