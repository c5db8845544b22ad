"""Injections are stopped inside of both drivers of PostgreSQL, and the connection stays usable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.integrations.asgi_client import ask
from tests.services.postgresql import PostgreSQL


@pytest.fixture(scope="module")
def dsn(postgresql_server: PostgreSQL) -> str:
    dsn = postgresql_server.database()
    postgresql_server.run("create table users (name text)", dsn.rpartition("/")[2])
    return dsn


@pytest.fixture(params=["psycopg", "psycopg2"])
def connection(request: pytest.FixtureRequest, dsn: str) -> Iterator[Any]:
    made = pytest.importorskip(request.param).connect(dsn)
    yield made
    made.close()


def statement(name: str) -> str:
    return f"select name from users where name = '{name}'"


def test_statements_are_stopped(connection: Any, blocking: None, findings: Any) -> None:
    app = Flask("names")

    @app.route("/")
    def names() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement(request.headers["X-Name"]))
            return {"names": cursor.fetchall()}

    client = app.test_client()
    assert client.get("/", headers={"X-Name": "o'; drop table users--"}).status_code == 403
    assert client.get("/", headers={"X-Name": "bob"}).json == {"names": []}
    assert ("sql_injection", "server.request.headers.no_cookies", ["x-name"], True) in findings()


def test_statements_of_asynchronous_connections_are_stopped(dsn: str, blocking: None, findings: Any) -> None:
    psycopg = pytest.importorskip("psycopg")

    async def names(request: Request) -> JSONResponse:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            cursor = await connection.execute(statement(request.headers["x-name"]))
            return JSONResponse(await cursor.fetchall())

    app = Starlette(routes=[Route("/", names)])
    assert ask(app, "/", headers={"x-name": "o'; drop table users--"}).status == 403
    assert ask(app, "/", headers={"x-name": "bob"}).body == b"[]"
    assert [found[0] for found in findings()] == ["sql_injection"]
