"""Injections are stopped inside of the SQL drivers, before the server sees them, and connections stay usable."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import vedette
from tests.integrations.asgi_client import ask
from tests.services.mariadb import MariaDB
from tests.services.postgresql import PostgreSQL
from vedette.instrument.families.statement_comments import Comments
from vedette.lifecycle import running
from vedette.operations import Query

ATTACK = "o'; drop table users-- "


def statement(name: str) -> str:
    return f"select name from users where name = '{name}'"


@pytest.fixture(scope="module")
def dsn(postgresql_server: PostgreSQL) -> str:
    dsn = postgresql_server.database()
    postgresql_server.run("create table users (name text)", dsn.rpartition("/")[2])
    return dsn


@pytest.fixture(scope="module")
def mysql(mariadb_server: MariaDB) -> dict[str, Any]:
    options = mariadb_server.options()
    mariadb_server.run("create table users (name varchar(20))", options["database"])
    return options


def filled(connection: Any) -> Any:
    connection.cursor().execute("create table users (name text)")
    return connection


def through_sqlalchemy(dsn: str) -> Any:
    engine = pytest.importorskip("sqlalchemy").create_engine(dsn.replace("postgresql:", "postgresql+psycopg2:"))
    return engine.raw_connection()


CONNECT: dict[str, Callable[[pytest.FixtureRequest], Any]] = {
    "sqlite3": lambda asked: filled(sqlite3.connect(":memory:", check_same_thread=False)),
    "psycopg": lambda asked: pytest.importorskip("psycopg").connect(asked.getfixturevalue("dsn")),
    "psycopg2": lambda asked: pytest.importorskip("psycopg2").connect(asked.getfixturevalue("dsn")),
    "SQLAlchemy": lambda asked: through_sqlalchemy(asked.getfixturevalue("dsn")),
    "pymysql": lambda asked: pytest.importorskip("pymysql").connect(**asked.getfixturevalue("mysql")),
    "duckdb": lambda asked: filled(pytest.importorskip("duckdb").connect(":memory:")),
    "pysqlite3": lambda asked: filled(pytest.importorskip("pysqlite3").connect(":memory:", check_same_thread=False)),
}
BY_MODULE = {"duckdb", "pysqlite3"}
"""Drivers without an integration."""


@pytest.fixture(params=CONNECT)
def connection(request: pytest.FixtureRequest) -> Iterator[Any]:
    name = request.param
    if name in BY_MODULE:
        vedette.instrument_dbapi(pytest.importorskip(name))
    made = CONNECT[name](request)
    yield made
    made.close()
    state = running()
    assert state is not None
    if name in BY_MODULE:
        state.registry.uninstrument(name)


@pytest.mark.parametrize("method", ["execute", "executemany"])
def test_statements_are_stopped(connection: Any, blocking: None, findings: Any, method: str) -> None:
    app = Flask("names")
    parameters: list[Any] = [[()]] if method == "executemany" else []

    @app.route("/")
    def names() -> Any:
        cursor = connection.cursor()
        text = statement(request.headers["X-Name"])
        if "drop" in text:
            getattr(cursor, method)(text, *parameters)
        else:
            cursor.execute(text)
        return {"names": list(cursor.fetchall())}

    client = app.test_client()
    assert client.get("/", headers={"X-Name": ATTACK}).status_code == 403
    assert client.get("/", headers={"X-Name": "bob"}).json == {"names": []}
    assert ("sql_injection", "server.request.headers.no_cookies", ["x-name"], True) in findings()


async def psycopg(asked: Callable[[str], Any], text: str) -> Any:
    library = pytest.importorskip("psycopg")
    async with await library.AsyncConnection.connect(asked("dsn")) as connection:
        return await (await connection.execute(text)).fetchall()


async def aiosqlite(asked: Callable[[str], Any], text: str) -> Any:
    async with pytest.importorskip("aiosqlite").connect(":memory:") as connection:
        await connection.execute("create table users (name text)")
        return list(await connection.execute_fetchall(text))


ASYNCHRONOUS: list[Callable[[Callable[[str], Any], str], Awaitable[Any]]] = [psycopg, aiosqlite]


@pytest.mark.parametrize("read", ASYNCHRONOUS)
def test_asynchronous_statements_are_stopped(
    request: pytest.FixtureRequest, blocking: None, findings: Any, read: Callable[..., Awaitable[Any]]
) -> None:
    for needed in ("dsn",) if read is psycopg else ():
        request.getfixturevalue(needed)  # not from within the loop

    async def names(asked: Request) -> JSONResponse:
        return JSONResponse(await read(request.getfixturevalue, statement(asked.headers["x-name"])))

    app = Starlette(routes=[Route("/", names)])
    assert ask(app, "/", headers={"x-name": ATTACK}).status == 403
    assert ask(app, "/", headers={"x-name": "bob"}).body == b"[]"
    assert [found[0] for found in findings()] == ["sql_injection"]


def test_comments_for_the_database_hide_nothing(dsn: str, blocking: None, findings: Any) -> None:
    """Protection sees the statement as it was given, not with what vedette puts before it."""
    comments = Comments("full", "shop", None, None)
    Query.listen(comments)
    try:
        connection = pytest.importorskip("psycopg2").connect(dsn)
        app = Flask("names")

        @app.route("/")
        def names() -> Any:
            cursor = connection.cursor()
            cursor.execute(statement(request.headers["X-Name"]))
            return {"names": cursor.fetchall()}

        client = app.test_client()
        assert client.get("/", headers={"X-Name": ATTACK}).status_code == 403
        assert client.get("/", headers={"X-Name": "/*"}).json == {"names": []}
    finally:
        Query.unlisten(comments)
    assert [found[0] for found in findings()] == ["sql_injection"]


def test_a_task_that_is_refused_leaves_its_connection_usable(blocking: None) -> None:
    """aiosqlite's thread goes on after a refusal."""
    library = pytest.importorskip("aiosqlite")
    loop = asyncio.new_event_loop()

    async def opened() -> Any:
        connection = await library.connect(":memory:")
        await connection.execute("create table users (name text)")
        return connection

    connection = loop.run_until_complete(opened())

    async def names(asked: Request) -> JSONResponse:
        return JSONResponse(list(await connection.execute_fetchall(statement(asked.headers["x-name"]))))

    app = Starlette(routes=[Route("/", names)])
    assert ask(app, "/", headers={"x-name": ATTACK}).status == 403
    assert ask(app, "/", headers={"x-name": "bob"}).body == b"[]"
    loop.run_until_complete(connection.close())
    loop.close()
