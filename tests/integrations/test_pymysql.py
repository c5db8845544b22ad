"""PyMySQL: its spans, and that it stays as it was."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.services.mariadb import MariaDB

pymysql = pytest.importorskip("pymysql")

from pymysql import cursors  # noqa: E402  (only where it is installed)

INSERT = "insert into users values (%s, %s)"


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "pymysql", "pymysql", "pymysql")


@pytest.fixture
def connection(database: MySQL) -> Iterator[Any]:
    made = pymysql.connect(**database.options, charset="utf8mb4")
    yield made
    if made.open:
        made.close()


def test_a_statement_is_one_span(connection: Any, database: MySQL, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select %s union select 2", (1,)) == 2
    assert list(cursor) == [(1,), (2,)]
    assert spans() == [database.span("select %s union select 2", 2)]


def test_a_statement_by_its_keyword_and_in_bytes(connection: Any, database: MySQL, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute(query="select 1")
    cursor.execute(b"select 2")
    assert spans() == [database.span("select 1", 1), database.span("select 2", 1)]


@pytest.mark.parametrize("statement", [INSERT, "update users set name = %s where id = %s"])
def test_many_sets_of_parameters_are_one_span(connection: Any, database: MySQL, spans: Spans, statement: str) -> None:
    """As one statement where it can be made one, as many where it can't: the driver's own calls are not told."""
    parameters = [(1, "2"), (2, "3")]
    count = connection.cursor().executemany(statement, parameters)
    assert spans() == [database.many(statement, count)]


def test_many_without_parameters(connection: Any, spans: Spans) -> None:
    assert connection.cursor().executemany(INSERT, []) is None
    assert spans.one()["attributes"]["sql.executemany"] == "true"


def test_procedures(connection: Any, database: MySQL, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.callproc("twice", (21,)) == (21,)
    assert cursor.fetchall() == ((42,),)
    assert spans() == [database.span("twice", 1)]


@pytest.mark.parametrize("name", ["Cursor", "DictCursor", "SSCursor", "SSDictCursor"])
def test_kinds_of_cursors(connection: Any, spans: Spans, name: str) -> None:
    cursor = connection.cursor(getattr(cursors, name))
    assert type(cursor) is getattr(cursors, name)
    cursor.execute("select 1 as one")
    assert list(cursor.fetchone()) in ([1], ["one"])
    cursor.close()
    span = spans.one()
    assert span["resource"] == "select 1 as one"
    assert span["attributes"].get("db.response.returned_rows") == (None if name.startswith("SS") else 1)


class OwnCursor(cursors.DictCursor):  # type: ignore[misc, name-defined]
    def execute(self, query: str, args: Any = None) -> Any:
        return super().execute(f"select {query}", args)


def test_cursors_of_the_application(database: MySQL, spans: Spans) -> None:
    connection = pymysql.connect(**database.options, cursorclass=OwnCursor)
    with connection.cursor() as cursor:
        cursor.execute("1 as one")
        assert cursor.fetchall() == [{"one": 1}]
    connection.close()
    assert spans() == [database.span("select 1 as one", 1)]


def test_commit_and_rollback(connection: Any, database: MySQL, spans: Spans) -> None:
    connection.begin()
    connection.commit()
    connection.rollback()
    assert spans() == [
        database.transaction("pymysql.connection.commit"),
        database.transaction("pymysql.connection.rollback"),
    ]


def test_an_error_is_the_drivers_own(connection: Any, database: MySQL, spans: Spans) -> None:
    with pytest.raises(pymysql.err.ProgrammingError) as raised:
        connection.cursor().execute("select * from nowhere")
    assert raised.value.args[0] == 1146
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "pymysql.err.ProgrammingError"
    assert "nowhere' doesn't exist" in message
    assert span == {**database.span("select * from nowhere"), "error": True}


def test_a_closed_cursor_and_a_closed_connection(connection: Any, spans: Spans) -> None:
    closed, open_one = connection.cursor(), connection.cursor()
    closed.close()
    with pytest.raises(pymysql.err.ProgrammingError, match="Cursor closed"):
        closed.execute("select 1")
    connection.close()
    with pytest.raises(pymysql.err.Error):
        open_one.execute("select 1")
    assert [span["error"] for span in spans()] == [True, True]


def test_statements_descend_from_what_is_active(connection: Any, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        connection.cursor().execute("select 1")
    assert [span.get("parent") for span in spans()] == [None, "work"]


def test_reading_rows_makes_no_spans_unless_asked(database: MySQL, spans: Spans, declared_again: Any) -> None:
    with declared_again("pymysql", trace_fetch_methods=True):
        connection = pymysql.connect(**database.options)
        for kind in (cursors.Cursor, cursors.SSCursor):
            cursor = connection.cursor(kind)
            cursor.execute("select 1 union select 2")
            assert list(cursor.fetchall()) == [(1,), (2,)]
        connection.close()
    text = "select 1 union select 2"
    stored, unbuffered = spans()[1::2]
    assert stored == database.step("pymysql.query.fetchall", text, 2)
    assert unbuffered == database.step("pymysql.query.fetchall", text)


def test_connecting_makes_a_span_when_asked(database: MySQL, spans: Spans, declared_again: Any) -> None:
    with declared_again("pymysql", trace_connect=True):
        pymysql.connect(**database.options).close()
    assert spans()[0] == database.step("pymysql.connect")


def test_connecting_in_vain_is_the_drivers_error(spans: Spans) -> None:
    with pytest.raises(pymysql.err.OperationalError):
        pymysql.connect(host="127.0.0.1", port=1, user="nobody")
    assert spans() == []


def test_it_stays_as_it_was(connection: Any) -> None:
    assert list(inspect.signature(cursors.Cursor.execute).parameters) == ["self", "query", "args"]
    assert pickle.loads(pickle.dumps(cursors.Cursor.execute)) is cursors.Cursor.execute
    assert type(connection.cursor()) is cursors.Cursor
    assert "vedette" not in str(vars(connection))
