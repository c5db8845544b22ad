"""Comments for the monitoring of databases: what servers received, and that spans keep the statement as given."""

from __future__ import annotations

import importlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integrations.databases import MySQL, Postgres
from tests.integrations.made import Spans
from tests.services.mariadb import MariaDB
from tests.services.postgresql import PostgreSQL
from vedette.instrument.families.statement_comments import Comments
from vedette.operations import Query

psycopg = pytest.importorskip("psycopg")
psycopg2 = pytest.importorskip("psycopg2")
pymysql = pytest.importorskip("pymysql")

ASK = "select current_query()"
ASK_MYSQL = "select info from information_schema.processlist where id = connection_id()"
INJECTED = "_dd.dbm_trace_injected"

Comment = Callable[..., None]


@pytest.fixture
def comments() -> Iterator[Comment]:
    made = []

    def listen(mode: str, service: str = "my shop's", env: str | None = "te/st", version: str | None = "1.2") -> None:
        made.append(Comments(mode, service, env, version))
        Query.listen(made[0])

    yield listen
    Query.unlisten(made[0])


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "psycopg")


@pytest.fixture(scope="module")
def mysql(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "pymysql", "pymysql", "pymysql")


def three(database: Postgres) -> Any:
    return psycopg.connect(database.dsn, autocommit=True)


def two(database: Postgres) -> Any:
    connection = psycopg2.connect(database.dsn)
    connection.autocommit = True
    return connection


def constant(database: Postgres, percent: str = "%%") -> str:
    name, quoted = database.tags["db.namespace"], f"my{percent}20shop{percent}27s"
    return f"dddb='{name}',dddbs='postgres',dde='te/st',ddh='127.0.0.1',ddps='{quoted}',ddpv='1.2'"


def received(cursor: Any, statement: Any, *parameters: Any, **named: Any) -> str:
    cursor.execute(statement, *parameters, **named)
    text: str = cursor.fetchone()[-1]
    return text


@pytest.mark.parametrize("connect", [two, three])
def test_the_server_learns_the_service(
    database: Postgres, spans: Spans, comments: Comment, connect: Callable[[Postgres], Any]
) -> None:
    comments("service")
    cursor = connect(database).cursor()
    assert received(cursor, ASK) == f"/*{constant(database)}*/ {ASK}"
    assert received(cursor, ASK.encode()) == f"/*{constant(database)}*/ {ASK}"
    assert received(cursor, "select %s::text, current_query()", ("a",)).startswith(f"/*{constant(database, '%')}*/ ")
    assert [span["resource"] for span in spans()] == [ASK, ASK, "select %s::text, current_query()"]
    assert not any(INJECTED in span["attributes"] for span in spans.last)


@pytest.mark.parametrize(("connect", "library"), [(two, "psycopg2"), (three, "psycopg")])
def test_composed_statements(
    database: Postgres, spans: Spans, comments: Comment, connect: Callable[[Postgres], Any], library: str
) -> None:
    comments("service")
    sql = importlib.import_module(f"{library}.sql")
    composed = sql.SQL("select {}, current_query()").format(sql.Literal("x"))
    assert received(connect(database).cursor(), composed) == f"/*{constant(database)}*/ select 'x', current_query()"
    assert spans.one()["resource"] == "select 'x', current_query()"


@pytest.mark.parametrize("connect", [two, three])
def test_in_full_the_server_learns_the_very_span(
    database: Postgres, spans: Spans, comments: Comment, connect: Callable[[Postgres], Any]
) -> None:
    comments("full")
    text = received(connect(database).cursor(), ASK)
    span = spans.one()
    assert (span["resource"], span["attributes"][INJECTED]) == (ASK, "true")
    [last] = spans.last
    trace = f"00-{last['trace_id']:032x}-{last['span_id']:016x}-01"
    assert text == f"/*{constant(database)},traceparent='{trace}'*/ {ASK}"


@pytest.mark.parametrize("connect", [two, three])
def test_many_sets_of_parameters(database: Postgres, comments: Comment, connect: Callable[[Postgres], Any]) -> None:
    comments("service")
    cursor = connect(database).cursor()
    cursor.execute("truncate users")
    cursor.executemany("insert into users values (%s, current_query())", [(1,), (2,)])
    cursor.execute("select name from users")
    assert all(row[0].startswith(f"/*{constant(database, '%')}*/ insert") for row in cursor.fetchall())


def test_prepared_statements_stay_the_same(database: Postgres, spans: Spans, comments: Comment) -> None:
    comments("full")
    cursor = three(database).cursor()
    for value in ("a", "b"):
        text = received(cursor, "select %s::text, current_query()", (value,), prepare=True)
        assert text.startswith(f"/*{constant(database, '%')}*/ ")
    assert received(cursor, "select count(*) from pg_prepared_statements", prepare=False) == 1
    assert INJECTED not in spans()[0]["attributes"]


async def test_asynchronous_statements(database: Postgres, comments: Comment) -> None:
    comments("service")
    async with await psycopg.AsyncConnection.connect(database.dsn) as connection:
        cursor = await connection.execute(ASK)
        assert (await cursor.fetchone())[0] == f"/*{constant(database)}*/ {ASK}"


@pytest.mark.parametrize("library", [psycopg, psycopg2])
def test_cursors_on_the_server(database: Postgres, comments: Comment, library: Any) -> None:
    comments("service")
    connection = library.connect(database.dsn)
    connection.cursor("named").execute("select 1")
    declared = received(connection.cursor(), "select statement from pg_cursors where name = 'named'")
    assert declared.endswith(f"FOR /*{constant(database)}*/ select 1")
    connection.close()


def test_copies(database: Postgres, comments: Comment) -> None:
    comments("full")
    with three(database).cursor().copy("copy (select current_query()) to stdout") as copy:
        assert next(iter(copy.rows()))[0].startswith("/*dddb=")


def test_procedures_get_none(database: Postgres, comments: Comment) -> None:
    comments("full")
    cursor = two(database).cursor()
    cursor.callproc("current_query")
    assert cursor.fetchone() == ("SELECT * FROM current_query()",)


def test_mysql(mysql: MySQL, spans: Spans, comments: Comment) -> None:
    comments("full")
    connection = pymysql.connect(**mysql.options)
    cursor = connection.cursor()
    text = received(cursor, ASK_MYSQL)
    name = mysql.options["database"]
    assert text.startswith(f"/*dddb='{name}',dddbs='pymysql',dde='te/st',ddh='127.0.0.1',ddps='my%%20shop%%27s',")
    assert re.sub(r"^/\*.*?\*/ ", "", text) == ASK_MYSQL
    assert spans.one()["resource"] == ASK_MYSQL
    cursor.execute(query=ASK_MYSQL)
    assert cursor.fetchone()[0].startswith("/*dddb=")
    connection.close()


def test_mysql_still_sends_many_rows_at_once(mysql: MySQL, comments: Comment) -> None:
    comments("full")
    connection = pymysql.connect(**mysql.options)
    cursor = connection.cursor()
    assert cursor.executemany("insert into users values (%s, %s)", [(1, "a"), (2, "b")]) == 2
    assert bytes(cursor._executed) == b"insert into users values (1, 'a'),(2, 'b')"
    connection.close()


def test_systems_that_nobody_monitors_get_none(comments: Comment) -> None:
    comments("full")
    connection = sqlite3.connect(":memory:")
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    connection.execute("select 1")
    assert seen == ["select 1"]


def test_what_is_no_statement_fails_as_it_would(database: Postgres, comments: Comment) -> None:
    comments("full")
    for connect, error in ((two, TypeError), (three, TypeError)):
        with pytest.raises(error):
            connect(database).cursor().execute(7)


def test_values_can_not_end_the_comment(database: Postgres, comments: Comment) -> None:
    comments("service", service="*/ drop table users; --", env=None, version=None)
    text = received(two(database).cursor(), ASK)
    assert text.count("*/") == 1
    assert "ddps='%%2A/%%20drop%%20table%%20users%%3B%%20--'" in text
    assert "dde" not in text


@pytest.mark.parametrize(("mode", "listening"), [("full", 1), ("service", 1), ("disabled", 0), ("", 0)])
def test_the_setting(mode: str, listening: int) -> None:
    program = (
        "import vedette; vedette.start(in_memory=True, protection='off');"
        "from vedette.operations import Query; n = len(Query.listeners); vedette.stop();"
        "print(n, len(Query.listeners))"
    )
    environment = {"DD_DBM_PROPAGATION_MODE": mode} if mode else {}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(listening), "0"]
