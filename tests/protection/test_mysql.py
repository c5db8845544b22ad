"""Injections are stopped inside of the drivers of MySQL's protocol, by its own dialect; connections stay usable."""

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
from tests.services.mariadb import MariaDB

STRING = "select name from users where name = '{name}' and secret = '{other}'"
QUOTED = 'select name from users where name = "{name}"'
NUMBER = "select name from users where id = {name}"
STATEMENTS = [STRING, QUOTED, NUMBER]
ATTACKS = [
    (STRING, "o' or 1=1 #", ""),
    (STRING, "o' union select secret from users-- ", ""),
    (STRING, "\\", " or 1=1 #"),  # the backslash takes the quote, and so the second input out of its string
    (QUOTED, 'o" or "1"="1', ""),
    (QUOTED, 'o" or 1=1 #', ""),
    (NUMBER, "1 or 1=1", ""),
    (NUMBER, "1 /*!50000 or 1=1*/", ""),
    (NUMBER, "1;drop table users", ""),
]
HARMLESS = [
    (STRING, 'o"brien # 1 -- x', "/* x */"),
    (STRING, "o''brien", "x"),
    (STRING, "back\\\\slash", "it\\'s"),
    (QUOTED, "o'brien", ""),
    (NUMBER, "7", ""),
]


@pytest.fixture(scope="module")
def options(mariadb_server: MariaDB) -> dict[str, Any]:
    options = mariadb_server.options()
    mariadb_server.run("create table users (id int, name text, secret text)", options["database"])
    return options


@pytest.fixture(params=["MySQLdb", "mysql.connector", "mariadb", "pymysql"])
def connection(request: pytest.FixtureRequest, options: dict[str, Any]) -> Iterator[Any]:
    made = pytest.importorskip(request.param).connect(**options)
    yield made
    made.close()


def application(connection: Any, statement: str) -> Flask:
    app = Flask("names")

    @app.route("/")
    def names() -> Any:
        cursor = connection.cursor()
        cursor.execute(statement.format(name=request.args["name"], other=request.args["other"]))
        return {"names": list(cursor.fetchall())}

    return app


@pytest.mark.parametrize(("statement", "name", "other"), ATTACKS)
def test_attacks_are_stopped(
    connection: Any, only_sinks: Any, findings: Any, statement: str, name: str, other: str
) -> None:
    only_sinks("block")
    client = application(connection, statement).test_client()
    inputs = {"name": name, "other": other}
    answer = client.get("/", query_string=inputs)
    assert answer.status_code == 403
    assert "sql_injection" in [found[0] for found in findings()]
    usual = client.get("/", query_string={"name": "7", "other": ""})
    assert usual.json == {"names": []}


@pytest.mark.parametrize(("statement", "name", "other"), HARMLESS)
def test_harmless_inputs_pass(
    connection: Any, only_sinks: Any, findings: Any, statement: str, name: str, other: str
) -> None:
    only_sinks("block")
    answer = application(connection, statement).test_client().get("/", query_string={"name": name, "other": other})
    assert answer.json == {"names": []}
    assert findings() == []


async def opened(driver: str, options: dict[str, Any]) -> Any:
    library = pytest.importorskip(driver)
    if driver == "mysql.connector.aio":
        return await library.connect(ssl_disabled=True, **options)
    return await library.connect(**{"db" if name == "database" else name: value for name, value in options.items()})


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy", "mysql.connector.aio"])
@pytest.mark.parametrize(("statement", "name", "other"), ATTACKS)
def test_attacks_on_asynchronous_drivers_are_stopped(
    options: dict[str, Any], blocking: None, findings: Any, driver: str, statement: str, name: str, other: str
) -> None:
    async def names(request: Request) -> JSONResponse:
        connection = await opened(driver, options)
        cursor = connection.cursor()
        cursor = cursor if driver == "asyncmy" else await cursor
        text = STATEMENTS[int(request.query_params["statement"])]
        await cursor.execute(text.format(name=request.headers["x-name"], other=request.headers["x-other"]))
        return JSONResponse(await cursor.fetchall())

    app = Starlette(routes=[Route("/", names)])
    path = f"/?statement={STATEMENTS.index(statement)}"
    assert ask(app, path, headers={"x-name": name, "x-other": other}).status == 403
    assert ask(app, path, headers={"x-name": "7", "x-other": ""}).status == 200
    assert "sql_injection" in [found[0] for found in findings()]


def test_queries_without_a_cursor_are_stopped(options: dict[str, Any], blocking: None, findings: Any) -> None:
    connection = pytest.importorskip("MySQLdb").connect(**options)
    app = Flask("names")

    @app.route("/")
    def names() -> Any:
        connection.query(STRING.format(name=request.args["name"], other=""))
        return {"names": connection.store_result().fetch_row(0)}

    client = app.test_client()
    assert client.get("/", query_string={"name": "o' or 1=1 #"}).status_code == 403
    assert client.get("/", query_string={"name": "bob"}).json == {"names": []}
    connection.close()


@pytest.mark.parametrize("method", ["executemany", "callproc"])
def test_other_ways_into_a_statement_are_stopped(connection: Any, blocking: None, method: str) -> None:
    app = Flask("names")

    @app.route("/")
    def names() -> Any:
        cursor = connection.cursor()
        if method == "callproc":
            cursor.callproc(request.args["name"], ())
        else:
            cursor.executemany(STRING.format(name=request.args["name"], other="%s"), [("x",)])
        return {}

    answer = app.test_client().get("/", query_string={"name": "o' or 1=1 #"})
    assert answer.status_code == 403
