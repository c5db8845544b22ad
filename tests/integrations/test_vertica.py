"""Vertica: its spans against a stand-in for the server, and that vertica-python stays as it was."""

from __future__ import annotations

import inspect
import io
import pickle
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Database
from tests.integrations.made import Spans
from tests.services.vertica_stub import Closed, Failure, Rows, Slow, Vertica

vertica_python = pytest.importorskip("vertica_python")

USERS = Rows(("id", "name"), ((1, "ann"), (2, "bob"), (3, "cid")))
CURSOR = vertica_python.vertica.cursor.Cursor
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.skipif(
        vertica_python.version_info < (0, 7) and sys.version_info >= (3, 10),
        reason="0.6 can't connect on Python 3.10 and newer",
    ),
]


@pytest.fixture
def database(vertica_server: Vertica) -> Database:
    tags = {
        "component": "vertica",
        "db.system.name": "vertica",
        "server.address": vertica_server.host,
        "server.port": vertica_server.port,
        "db.namespace": "sales",
        "db.user": "dbadmin",
    }
    return Database("vertica.query", "vertica", tags)


def step(database: Database, name: str, rows: int | None = None) -> dict[str, Any]:
    """Rows are read; the cursor tells how many so far."""
    span = database.step(name)
    counted = {} if rows is None else {"db.response.returned_rows": rows}
    return {**span, "attributes": {**span["attributes"], **counted}}


@pytest.fixture
def connection(vertica_server: Vertica) -> Iterator[Any]:
    made = vertica_python.connect(**vertica_server.options)
    yield made
    if not made.closed():
        made.close()


def test_a_statement_is_one_span(connection: Any, database: Database, spans: Spans) -> None:
    connection.cursor().execute("select 1")
    assert spans() == [database.span("select 1")]


def test_a_statement_by_its_keyword_and_with_parameters(
    connection: Any, database: Database, vertica_server: Vertica, spans: Spans
) -> None:
    cursor = connection.cursor()
    cursor.execute(operation="select 1")
    cursor.execute("select :id", {"id": 7})
    assert spans() == [database.span("select 1"), database.span("select :id")]
    assert vertica_server.statements == ["select 1", "select 7"]


def test_reading_rows(connection: Any, database: Database, vertica_server: Vertica, spans: Spans) -> None:
    vertica_server.answer(USERS, USERS)
    cursor = connection.cursor()
    cursor.execute("select * from users")
    assert cursor.fetchone() == [1, "ann"]
    assert cursor.fetchall() == [[2, "bob"], [3, "cid"]]
    cursor.execute("select * from users")
    assert cursor.fetchmany(2) == [[1, "ann"], [2, "bob"]]
    assert spans() == [
        database.span("select * from users"),
        step(database, "vertica.fetchone", 1),
        step(database, "vertica.fetchall", 3),
        database.span("select * from users"),
        step(database, "vertica.fetchmany", 2),
    ]


def test_rows_as_dictionaries_and_by_iteration(connection: Any, vertica_server: Vertica, spans: Spans) -> None:
    vertica_server.answer(USERS)
    cursor = connection.cursor("dict")
    cursor.execute("select * from users")
    assert [list(row.values())[1] for row in cursor.iterate()] == ["ann", "bob", "cid"]
    assert {span["name"] for span in spans()} == {"vertica.query", "vertica.fetchone"}


def test_reading_rows_makes_no_spans_if_so_asked(connection: Any, spans: Spans, declared_again: Any) -> None:
    with declared_again("vertica", trace_fetch_methods=False):
        cursor = connection.cursor()
        cursor.execute("select 1")
        assert cursor.fetchall() == [[1]]
        assert [span["name"] for span in spans()] == ["vertica.query"]


def test_several_statements_at_once(connection: Any, database: Database, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute("select 1; select 2")
    assert cursor.fetchall() == [[1]]
    assert cursor.nextset() is True
    assert cursor.fetchall() == [[1]]
    assert not cursor.nextset()
    assert [span["name"] for span in spans()] == [
        "vertica.query",
        "vertica.fetchall",
        "vertica.nextset",
        "vertica.fetchall",
        "vertica.nextset",
    ]


def test_copy_is_one_span(connection: Any, database: Database, vertica_server: Vertica, spans: Spans) -> None:
    statement = "COPY users FROM STDIN DELIMITER ','"
    cursor = connection.cursor()
    cursor.copy(statement, "1,ann\n")
    cursor.copy(statement, io.BytesIO(b"2,bob\n"))
    assert bytes(vertica_server.copied) == b"1,ann\n2,bob\n"
    assert spans() == [{**database.span(statement), "name": "vertica.copy"}] * 2


def test_many_sets_of_parameters_are_one_span(
    connection: Any, database: Database, vertica_server: Vertica, spans: Spans
) -> None:
    """The driver makes a COPY of it, which is no statement of its own."""
    if not hasattr(CURSOR, "executemany"):
        pytest.skip("since 0.7")
    statement = "INSERT INTO users (id, name) VALUES (%s, %s)"
    connection.cursor().executemany(statement, [(1, "ann"), (2, "bob")])
    assert vertica_server.statements[0].startswith("COPY users (id,name) FROM STDIN")
    assert b"ann" in vertica_server.copied
    assert spans() == [database.many(statement)]


def test_prepared_statements(connection: Any, database: Database, spans: Spans) -> None:
    if vertica_python.version_info < (0, 8, 1):
        pytest.skip("since 0.8.1")
    cursor = connection.cursor()
    cursor.execute("select ?", ("x",), use_prepared_statements=True)
    assert cursor.fetchall() == [[1]]
    cursor.executemany("insert into users values (?, ?)", [(1, "a"), (2, "b")], use_prepared_statements=True)
    assert [span for span in spans() if span["name"] == "vertica.query"] == [
        database.span("select ?"),
        database.many("insert into users values (?, ?)"),
    ]


def test_commit_and_rollback_are_statements(
    connection: Any, database: Database, vertica_server: Vertica, spans: Spans
) -> None:
    connection.commit()
    connection.rollback()
    assert vertica_server.statements == ["COMMIT;", "ROLLBACK;"]
    assert spans() == [database.span("COMMIT;"), database.span("ROLLBACK;")]


def test_connections_by_with(vertica_server: Vertica, spans: Spans) -> None:
    with vertica_python.connect(**vertica_server.options) as connection:
        assert isinstance(connection, vertica_python.Connection)
        cursor = connection.cursor()
        with cursor:
            cursor.execute("select 1")
    assert spans()[0]["resource"] == "select 1"
    assert vertica_server.logins[0]["user"] == "dbadmin"


def test_an_error_is_the_drivers_own(
    connection: Any, database: Database, vertica_server: Vertica, spans: Spans
) -> None:
    vertica_server.answer(Failure('Relation "nowhere" does not exist'))
    cursor = connection.cursor()
    with pytest.raises(vertica_python.errors.MissingRelation) as raised:
        cursor.execute("select * from nowhere")
    assert raised.value.__context__ is None
    assert raised.value.sql == "select * from nowhere"
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "vertica_python.errors.MissingRelation"
    assert 'Relation "nowhere" does not exist' in message
    assert span == {**database.span("select * from nowhere"), "error": True}
    cursor.execute("select 1")
    assert cursor.fetchall() == [[1]]


def test_a_server_that_goes_away(connection: Any, vertica_server: Vertica, spans: Spans) -> None:
    vertica_server.answer(Closed())
    with pytest.raises(vertica_python.errors.Error, match="closed"):
        connection.cursor().execute("select 1")
    assert (spans.one()["error"], connection.closed()) == (True, connection.closed())


def test_a_slow_answer_is_waited_for(connection: Any, vertica_server: Vertica, spans: Spans) -> None:
    vertica_server.answer(Slow(0.1))
    connection.cursor().execute("select 1")
    spans.one()
    assert 0.09e9 < spans.last[0]["duration"] < 5e9


def test_statements_on_a_closed_cursor(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.close()
    with pytest.raises(vertica_python.errors.Error, match="Cursor is closed"):
        cursor.execute("select 1")
    assert (spans.one()["error"], connection.closed()) == (True, False)


def test_what_is_no_statement_is_refused_by_the_driver(connection: Any, spans: Spans) -> None:
    with pytest.raises(TypeError):
        connection.cursor().execute()
    with pytest.raises((TypeError, AttributeError, vertica_python.errors.ConnectionError)):
        connection.cursor().execute(7)


def test_connecting_makes_no_span(vertica_server: Vertica, spans: Spans) -> None:
    vertica_python.connect(**vertica_server.options).close()
    with pytest.raises((vertica_python.errors.Error, OSError)):
        vertica_python.connect(**{**vertica_server.options, "port": 1})
    assert spans() == []


def test_statements_belong_to_what_is_active(vertica_server: Vertica, spans: Spans) -> None:
    def work(number: int) -> None:
        with vertica_python.connect(**vertica_server.options) as connection, vedette.tracer.span(f"work {number}"):
            connection.cursor().execute(f"select {number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {span["resource"]: span["parent"] for span in spans() if span["resource"].startswith("select")}
    assert found == {f"select {number}": f"work {number}" for number in range(4)}


class OwnCursor(CURSOR):  # type: ignore[misc, valid-type]
    def execute(self, operation: str, *arguments: Any, **named: Any) -> Any:
        return super().execute("select " + operation, *arguments, **named)


def test_classes_of_the_application(connection: Any, database: Database, spans: Spans) -> None:
    plain = connection.cursor()
    cursor = OwnCursor.__new__(OwnCursor)
    cursor.__dict__.update(plain.__dict__)
    cursor.execute("1")
    assert spans() == [database.span("select 1")]


def test_it_stays_as_it_was() -> None:
    assert inspect.isfunction(CURSOR.execute)
    assert inspect.isfunction(CURSOR.fetchone)
    assert list(inspect.signature(CURSOR.copy).parameters) == ["self", "sql", "data", "kwargs"]
    assert pickle.loads(pickle.dumps(CURSOR.fetchall)) is CURSOR.fetchall
