"""Psycopg 3: statements, many at once, a commit, an error, asynchronous."""

import asyncio
import contextlib
import os

import psycopg

DSN = f"host=127.0.0.1 port={os.environ['POSTGRESQL_PORT']} user=postgres dbname=postgres"
with psycopg.connect(DSN) as connection:
    cursor = connection.cursor()
    cursor.execute("create temporary table users (id integer, name text)")
    cursor.executemany("insert into users values (%s, %s)", [(1, "Ada"), (2, "Grace")])
    connection.commit()
    cursor.execute("select name from users where id = %s", (1,)).fetchall()
    with contextlib.suppress(psycopg.Error):
        connection.execute("select * from absent")
    connection.rollback()


async def main():
    async with await psycopg.AsyncConnection.connect(DSN) as connection:
        await connection.execute("select 1")


asyncio.run(main())
