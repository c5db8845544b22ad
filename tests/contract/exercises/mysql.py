"""Drivers of MySQL's protocol: statements one and many, procedures, rows, transactions, a refused statement."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.exercises.exercise import exercise, failure, failure_of

INSERT = "insert into users values (%s, %s)"
USERS = [(1, "ann"), (2, "bob")]


def used(connection: Any) -> Any:
    """What all of them can do. Leaves the tables as they were."""
    cursor = connection.cursor()
    cursor.execute("select %s union select 2", (1,))
    rows = cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall()
    cursor.executemany(INSERT, USERS)
    many = cursor.rowcount
    connection.rollback()
    connection.commit()
    called = cursor.callproc("twice", (2,))
    while cursor.nextset():
        pass
    return rows, many, called, failure(connection.cursor().execute, "selec 1")


async def used_asynchronously(connection: Any) -> Any:
    """The same."""
    async with connection.cursor() as cursor:
        await cursor.execute("select %s union select 2", (1,))
        rows = await cursor.fetchone(), await cursor.fetchmany(1), await cursor.fetchall()
        await cursor.executemany(INSERT, USERS)
        many = cursor.rowcount
        await connection.rollback()
        await connection.commit()
        await cursor.callproc("twice", (2,))
        called = await cursor.fetchall()
        await cursor.nextset()
        return rows, many, called, await failure_of(cursor.execute("selec 1"))


def renamed(options: Any) -> Any:
    """Arguments as some drivers call them."""
    return {{"password": "passwd", "database": "db"}.get(name, name): value for name, value in options.items()}


async def aio(connecting: Any, cursors: Any, *connect: Any) -> Any:
    """Drivers with classes of cursors."""
    async with connecting as connection:
        rows = await used_asynchronously(connection)
        async with connection.cursor(cursors.SSDictCursor) as unbuffered:
            await unbuffered.execute("select 3 as three")
            return rows, await unbuffered.fetchall()


@exercise("pymysql", "mysql_options")
def pymysql(options: Any) -> Any:
    import pymysql as library
    from pymysql import cursors

    connection = library.connect(**options)
    with connection.cursor(cursors.SSDictCursor) as unbuffered:
        unbuffered.execute("select 3 as three")
        rows = unbuffered.fetchall()
    return rows, used(connection), connection.close(), failure(library.connect, host="127.0.0.1", port=1)


@exercise("mysqldb", "mysql_options")
def mysqldb(options: Any) -> Any:
    import MySQLdb as library
    from MySQLdb import cursors

    connection = library.connect(**renamed(options))
    with connection.cursor(cursors.SSDictCursor) as unbuffered:
        unbuffered.execute("select 3 as three")
        rows = unbuffered.fetchall()
    connection.query("select 4")
    raw = connection.store_result().fetch_row()
    return rows, raw, used(connection), connection.close(), failure(library.connect, host="127.0.0.1", port=1)


@exercise("mysql", "mysql_options")
def mysql(options: Any) -> Any:
    from mysql import connector
    from mysql.connector import aio as asynchronous

    def kinds(connection: Any) -> Any:
        for named in ({"prepared": True}, {"dictionary": True, "buffered": True}, {"raw": True}, {"dictionary": True}):
            with connection.cursor(**named) as cursor:
                cursor.execute("select 3 as three")
                yield cursor.fetchone(), cursor.fetchall()

    async def asynchronously() -> Any:
        async with await asynchronous.connect(ssl_disabled=True, **options) as connection:  # it can't without a cipher
            cursor = await connection.cursor()
            await cursor.execute("select %s", (1,))
            rows = await cursor.fetchall()
            await cursor.executemany(INSERT, USERS)
            await connection.rollback()
            await connection.commit()
            return rows, await cursor.callproc("twice", (2,)), await failure_of(cursor.execute("selec 1"))

    answers = []
    for pure in (True, not connector.HAVE_CEXT):
        with connector.connect(use_pure=pure, **options) as connection:
            answers.append((used(connection), list(kinds(connection))))
    return answers, asyncio.run(asynchronously()), failure(connector.connect, host="127.0.0.1", port=1)


@exercise("mariadb", "mysql_options")
def mariadb(options: Any) -> Any:
    import mariadb as library

    connection = library.connect(**options)
    with connection.cursor(dictionary=True, prepared=True) as prepared:
        prepared.execute("select ? as three", (3,))
        rows = prepared.fetchall()
    return rows, used(connection), connection.close(), failure(library.connect, host="127.0.0.1", port=1)


@exercise("aiomysql", "mysql_options")
def aiomysql(options: Any) -> Any:
    import aiomysql as library

    named = {"password": options["password"], "db": options["database"]}
    where = {**{name: options[name] for name in ("host", "port", "user")}, **named}
    return asyncio.run(aio(library.connect(**where), library)), refused(library)


@exercise("asyncmy", "mysql_options")
def asyncmy(options: Any) -> Any:
    import asyncmy as library
    from asyncmy import cursors

    return asyncio.run(aio(library.connect(**options), cursors)), refused(library)


def refused(library: Any) -> Any:
    """Nobody listens there."""

    async def main() -> Any:
        return await failure_of(library.connect(host="127.0.0.1", port=1))

    return asyncio.run(main())
