"""Injections are stopped whatever way a driver takes to its server, and connections stay usable."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.integrations.asgi_client import ask
from tests.integrations.odbc import connection_string
from tests.services.postgresql import PostgreSQL
from tests.services.vertica_stub import Rows, Vertica

ATTACK = "o'; drop table users-- "
ONE_STATEMENT = "o' union select version()-- "
"""An attack that can be prepared."""
NOBODY: dict[str, list[Any]] = {"names": []}


def statement(name: str) -> str:
    return f"select name from users where name = '{name}'"


def attack_and_ask(connection: Any, parameters: tuple[Any, ...] = (), method: str = "execute") -> tuple[int, Any]:
    """The status of an attack, and what an ordinary request gets on the same connection afterwards."""
    app = Flask("names")

    @app.route("/")
    def names() -> Any:
        cursor = connection.cursor()
        text = statement(request.headers["X-Name"])
        if "drop" in text:
            getattr(cursor, method)(text, *parameters)
        else:
            cursor.execute(text)
        return {"names": [list(row) for row in cursor.fetchall()]}

    client = app.test_client()
    attacked = client.get("/", headers={"X-Name": ATTACK}).status_code
    return attacked, client.get("/", headers={"X-Name": "bob"}).json


STOPPED = ("sql_injection", "server.request.headers.no_cookies", ["x-name"], True)


class TestPyodbc:
    @pytest.fixture
    def connection(self) -> Iterator[Any]:
        library = pytest.importorskip("pyodbc")
        made = library.connect(connection_string("SQLite3", "libsqlite3odbc.so", Database=":memory:"))
        made.execute("create table users (name varchar(20))")
        yield made
        made.close()

    @pytest.mark.parametrize(("method", "parameters"), [("execute", ()), ("executemany", ([(1,)],))])
    def test_statements_are_stopped(
        self, connection: Any, blocking: None, findings: Any, method: str, parameters: tuple[Any, ...]
    ) -> None:
        assert attack_and_ask(connection, parameters, method) == (403, NOBODY)
        assert findings() == [STOPPED]

    def test_statements_by_the_connection_are_stopped(self, connection: Any, blocking: None, findings: Any) -> None:
        app = Flask("names")
        app.add_url_rule("/", "names", lambda: str(connection.execute(statement(request.headers["X-Name"])).fetchall()))
        assert app.test_client().get("/", headers={"X-Name": ATTACK}).status_code == 403
        assert app.test_client().get("/", headers={"X-Name": "bob"}).text == "[]"
        assert findings() == [STOPPED]


class TestVertica:
    @pytest.mark.parametrize(
        ("method", "parameters"), [("execute", ()), ("copy", ("",)), ("executemany", ([(1,)], True))]
    )
    def test_statements_are_stopped(
        self, vertica_server: Vertica, blocking: None, findings: Any, method: str, parameters: tuple[Any, ...]
    ) -> None:
        library = pytest.importorskip("vertica_python")
        vertica_server.answer(Rows(("name",), ()))
        with library.connect(**vertica_server.options) as connection:
            assert attack_and_ask(connection, parameters, method) == (403, NOBODY)
        assert vertica_server.statements == [statement("bob")]
        assert findings() == [STOPPED]


class TestSnowflake:
    @pytest.mark.parametrize(
        ("method", "parameters"), [("execute", ()), ("execute_async", ()), ("executemany", ([(1,)],))]
    )
    def test_statements_are_stopped(
        self, request: pytest.FixtureRequest, blocking: None, findings: Any, method: str, parameters: tuple[Any, ...]
    ) -> None:
        library = pytest.importorskip("snowflake.connector")
        server = request.getfixturevalue("snowflake_server")
        database = server.database()
        with library.connect(**server.options()) as connection:
            for each in (f"database {database}", f"schema {database}.shop", f"table {database}.shop.users (name text)"):
                connection.cursor().execute(f"create {each}")
            connection.cursor().execute(f"use schema {database}.shop")
            assert attack_and_ask(connection, parameters, method) == (403, NOBODY)
        assert not [each for each in server.received() if "drop table" in (each["statement"] or "")]
        assert findings() == [STOPPED]


@pytest.fixture(scope="module")
def dsn(postgresql_server: PostgreSQL) -> str:
    dsn = postgresql_server.database()
    postgresql_server.run("create table users (name text)", dsn.rpartition("/")[2])
    return dsn


@contextlib.asynccontextmanager
async def asyncpg(dsn: str) -> AsyncIterator[Any]:
    """A connection of the library of that name."""
    connection = await pytest.importorskip("asyncpg").connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def fetched(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection:
        return await connection.fetch(text)


async def executed(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection:
        await connection.execute(text)
        return []


async def repeated(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection:
        await connection.executemany(text, [()])
        return []


async def prepared(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection:
        made = await connection.prepare(text)
        return await made.fetch()


async def iterated(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection, connection.transaction():
        return [row async for row in connection.cursor(text)]


async def copied(dsn: str, text: str) -> Any:
    async with asyncpg(dsn) as connection:
        lines: list[bytes] = []

        async def keep(data: bytes) -> None:
            lines.append(data)

        await connection.copy_from_query(text, output=keep)
        return lines


async def pooled(dsn: str, text: str) -> Any:
    async with pytest.importorskip("asyncpg").create_pool(dsn, min_size=1, max_size=1) as pool:
        return await pool.fetch(text)


async def aiopg(dsn: str, text: str) -> Any:
    connection = await pytest.importorskip("aiopg").connect(dsn, enable_hstore=False)
    try:
        cursor = await connection.cursor()
        await cursor.execute(text)
        return await cursor.fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("read", [fetched, executed, repeated, prepared, iterated, copied, pooled, aiopg])
def test_asynchronous_statements_are_stopped(dsn: str, only_sinks: Any, findings: Any, read: Any) -> None:
    only_sinks("block")

    async def names(asked: Request) -> JSONResponse:
        return JSONResponse(await read(dsn, statement(asked.headers["x-name"])))

    app = Starlette(routes=[Route("/", names)])
    assert ask(app, "/", headers={"x-name": ONE_STATEMENT}).status == 403
    assert ask(app, "/", headers={"x-name": "bob"}).body == b"[]"
    assert findings() == [STOPPED]


async def test_a_connection_of_a_pool_stays_usable(dsn: str, blocking: None) -> None:
    async with pytest.importorskip("asyncpg").create_pool(dsn, min_size=1, max_size=1) as pool:

        async def names(asked: Request) -> JSONResponse:
            return JSONResponse([list(row) for row in await pool.fetch(statement(asked.headers["x-name"]))])

        app = Starlette(routes=[Route("/", names)])
        for name, status in ((ATTACK, 403), ("bob", 200), (ATTACK, 403), ("bob", 200)):
            assert (await answered(app, name)) == status
        assert await asyncio.wait_for(pool.fetchval("select 1"), 5) == 1


async def answered(app: Any, name: str) -> int:
    """The status that an application answers with, in this loop."""
    statuses: list[int] = []
    scope = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "scheme": "http",
        "http_version": "1.1", "headers": [(b"x-name", name.encode())], "server": ("shop", 80), "client": None,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]
