"""aiosqlite: sqlite3's spans, as children of what awaits them."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Database
from tests.integrations.made import Spans

aiosqlite = pytest.importorskip("aiosqlite")

DATABASE = Database("sqlite.query", "sqlite", {"component": "sqlite", "db.system.name": "sqlite"})


async def test_statements_descend_from_what_awaits_them(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        async with aiosqlite.connect(":memory:") as connection:
            await connection.execute("create table users (id int, name text)")
            await connection.executemany("insert into users values (?, ?)", [(1, "a"), (2, "b")])
            await connection.commit()
            async with connection.execute("select name from users") as cursor:
                assert [row async for row in cursor] == [("a",), ("b",)]
    expected = [
        DATABASE.span("create table users (id int, name text)"),
        DATABASE.many("insert into users values (?, ?)", 2),
        DATABASE.transaction("sqlite.connection.commit"),
        DATABASE.span("select name from users"),
    ]
    assert spans()[1:] == [{**span, "parent": "work"} for span in expected]


async def test_every_way_to_run_a_statement_is_one_span(spans: Spans) -> None:
    async with aiosqlite.connect(":memory:") as connection:
        cursor = await connection.cursor()
        await cursor.execute("create table users (id int)")
        await cursor.executemany("insert into users values (?)", [(1,)])
        await cursor.executescript("select 1; select 2")
        await connection.executescript("select 3")
        assert await connection.execute_insert("insert into users values (7)") == (2,)
        assert await connection.execute_fetchall("select id from users") == [(1,), (7,)]
        await connection.rollback()
    names = [span["resource"] for span in spans()]
    assert names == [
        "create table users (id int)",
        "insert into users values (?)",
        "select 1; select 2",
        "select 3",
        "insert into users values (7)",
        "SELECT last_insert_rowid()",
        "select id from users",
        "sqlite.connection.rollback",
    ]


async def test_tasks_on_one_connection_keep_their_spans_apart(spans: Spans) -> None:
    async with aiosqlite.connect(":memory:") as connection:

        async def work(name: str) -> None:
            with vedette.tracer.span(name):
                await connection.execute(f"select '{name}'")

        await asyncio.gather(*(work(name) for name in ("one", "two", "three")))
        await connection.execute("select 4")
    parents = {span["resource"]: span.get("parent") for span in spans() if span["name"] == "sqlite.query"}
    assert parents == {"select 'one'": "one", "select 'two'": "two", "select 'three'": "three", "select 4": None}


async def test_an_error_is_the_drivers_own(spans: Spans) -> None:
    async with aiosqlite.connect(":memory:") as connection:
        with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere"):
            await connection.execute("select * from nowhere")
    assert spans.one()["failure"] == ("sqlite3.OperationalError", "no such table: nowhere")


async def test_factories_of_rows_and_cursors(spans: Spans) -> None:
    async with aiosqlite.connect(":memory:") as connection:
        connection.row_factory = aiosqlite.Row
        row: Any = await (await connection.execute("select 1 as one")).fetchone()
        assert row["one"] == 1
    assert spans.one()["resource"] == "select 1 as one"


async def test_a_closed_connection_fails_as_before() -> None:
    connection = await aiosqlite.connect(":memory:")
    await connection.close()
    with pytest.raises(ValueError, match=r"Connection closed|no active connection"):
        await connection.execute("select 1")


def test_it_stays_as_it_was() -> None:
    assert inspect.iscoroutinefunction(aiosqlite.Connection.commit)
    assert inspect.iscoroutinefunction(aiosqlite.Cursor.execute)
    assert list(inspect.signature(aiosqlite.Connection._execute).parameters) == ["self", "fn", "args", "kwargs"]
