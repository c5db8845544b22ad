"""sqlite3: its spans, and that connections and cursors stay what they were."""

from __future__ import annotations

import inspect
import pickle
import sqlite3
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans

SPAN = {"name": "sqlite.query", "service": "sqlite", "type": "sql", "kind": "client"}
FETCHES = ("fetchone", "fetchmany", "fetchall")
TAGS = {"component": "sqlite", "db.system.name": "sqlite"}


def query(text: str, rows: int | None = None, **attributes: Any) -> dict[str, Any]:
    counted = {} if rows is None else {"db.response.returned_rows": rows}
    return {**SPAN, "resource": text, "attributes": {**TAGS, **attributes, **counted}}


def transaction(name: str) -> dict[str, Any]:
    name = f"sqlite.connection.{name}"
    return {"name": name, "service": "sqlite", "kind": "client", "resource": name, "attributes": TAGS}


@pytest.fixture
def connection() -> Any:
    made = sqlite3.connect(":memory:")
    made.cursor().execute("create table users (id integer, name text)")
    yield made
    made.close()


def test_a_statement_is_one_span(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute("insert into users values (?, ?)", (1, "Ada"))
    assert cursor.execute("select name from users").fetchall() == [("Ada",)]
    assert spans() == [query("insert into users values (?, ?)", 1), query("select name from users")]


def test_a_statement_by_its_keyword(connection: Any, spans: Spans) -> None:
    with pytest.raises(TypeError, match="keyword"):
        connection.cursor().execute(sql="select 1")
    assert len(spans()) == 1


def test_many_rows_and_scripts(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.executemany("insert into users values (?, ?)", [(1, "a"), (2, "b")])
    cursor.executescript("select 1; select 2")
    many, script = spans()
    assert many == query("insert into users values (?, ?)", 2, **{"sql.executemany": "true"})
    assert (script["resource"], script["name"]) == ("select 1; select 2", "sqlite.query")


def test_shortcuts_of_the_connection_are_one_span_each(connection: Any, spans: Spans) -> None:
    connection.execute("select 1")
    connection.executemany("insert into users values (?, ?)", [(1, "a")])
    connection.executescript("select 2")
    assert [span["resource"] for span in spans()] == ["select 1", "insert into users values (?, ?)", "select 2"]


def test_commit_and_rollback(connection: Any, spans: Spans) -> None:
    connection.commit()
    connection.rollback()
    assert spans() == [transaction("commit"), transaction("rollback")]


def test_a_with_block_ends_by_commit_or_rollback(connection: Any, spans: Spans) -> None:
    with connection:
        connection.execute("insert into users values (1, 'a')")
    with pytest.raises(LookupError, match="mine"):
        failing(connection)
    names = [span["name"] for span in spans()]
    assert names == ["sqlite.query", "sqlite.connection.commit", "sqlite.query", "sqlite.connection.rollback"]
    assert connection.execute("select id from users").fetchall() == [(1,)]


def test_an_error_is_the_drivers_own(connection: Any, spans: Spans) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table: nowhere") as raised:
        connection.cursor().execute("select * from nowhere")
    assert raised.value.__context__ is None
    span = spans.one()
    assert span["error"] is True
    assert span["failure"] == ("sqlite3.OperationalError", "no such table: nowhere")


def test_reading_rows_and_connecting_make_spans_when_asked(spans: Spans, declared_again: Any) -> None:
    with declared_again("sqlite3", trace_fetch_methods=True, trace_connect=True):
        cursor = sqlite3.connect(":memory:").execute("select 1 union select 2 union select 3")
        assert (cursor.fetchone(), cursor.fetchmany(1), cursor.fetchall()) == ((1,), [(2,)], [(3,)])
    assert isinstance(sqlite3.connect(":memory:"), sqlite3.Connection)
    names = [span["name"] for span in spans()]
    assert names == ["sqlite3.connect", "sqlite.query", *(f"sqlite.query.{name}" for name in FETCHES)]
    assert {span["type"] for span in spans.last} == {"sql"}
    assert {span["resource"] for span in spans.last[1:]} == {"select 1 union select 2 union select 3"}


def test_statements_descend_from_what_is_active(connection: Any, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        connection.execute("select 1")
    assert [span.get("parent") for span in spans()] == [None, "work"]


def failing(connection: Any) -> None:
    with connection:
        connection.execute("insert into users values (2, 'b')")
        raise LookupError("mine")


class OwnCursor(sqlite3.Cursor):
    def execute(self, text: str, *parameters: Any) -> Any:
        return super().execute(f"select {text}", *parameters)


class OldCursor(sqlite3.Cursor):
    """As before `super()` was common."""

    def execute(self, *arguments: Any) -> Any:
        return sqlite3.Cursor.execute(self, *arguments)


class OwnConnection(sqlite3.Connection):
    def cursor(self) -> Any:  # type: ignore[override]  # takes nothing, unlike the driver's
        return super().cursor(OwnCursor)

    def commit(self) -> None:
        self.committed = True
        super().commit()


def test_classes_of_the_application_stay_in_charge(spans: Spans) -> None:
    connection = sqlite3.connect(":memory:", factory=OwnConnection)
    cursor = connection.cursor()
    assert cursor.execute("1").fetchone() == (1,)
    connection.commit()
    assert isinstance(connection, OwnConnection)
    assert isinstance(cursor, OwnCursor)
    assert connection.committed
    assert [span["resource"] for span in spans()] == ["select 1", "sqlite.connection.commit"]


def test_methods_that_name_the_drivers_class_are_hooked_too(spans: Spans) -> None:
    cursor = sqlite3.connect(":memory:").cursor(OldCursor)
    assert cursor.execute("select 1").fetchone() == (1,)
    assert [span["resource"] for span in spans()] == ["select 1"]


def test_a_factory_by_position(spans: Spans) -> None:
    connection = sqlite3.connect(":memory:", 5.0, 0, None, True, OwnConnection)
    assert isinstance(connection, OwnConnection)
    connection.cursor().execute("1")
    assert spans.one()["resource"] == "select 1"


def test_a_factory_that_is_a_function_is_left_alone(spans: Spans) -> None:
    connection = sqlite3.connect(":memory:", factory=lambda *arguments, **named: OwnConnection(*arguments, **named))
    assert type(connection) is OwnConnection
    connection.cursor().execute("1")
    assert spans() == []


@pytest.mark.parametrize("wrong", [None, 1, "factory"])
def test_wrong_factories_fail_as_they_would(wrong: Any) -> None:
    plain = sqlite3.Connection(":memory:")
    ours = sqlite3.connect(":memory:")
    messages = []
    for each in (plain, ours):
        with pytest.raises(TypeError) as raised:
            each.cursor(wrong)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


def test_what_introspection_sees() -> None:
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    assert isinstance(connection, sqlite3.Connection)
    assert isinstance(cursor, sqlite3.Cursor)
    assert (type(connection).__name__, type(connection).__module__) == ("Connection", "sqlite3")
    assert (type(cursor).__qualname__, type(cursor).__doc__) == ("Cursor", sqlite3.Cursor.__doc__)
    assert cursor.execute.__doc__ == sqlite3.Cursor.execute.__doc__
    assert cursor.execute.__name__ == "execute"
    assert not hasattr(connection, "__dict__")
    assert cursor.connection is connection


@pytest.mark.parametrize("name", ["execute", "executemany", "executescript", "fetchone", "close"])
def test_signatures_stay(name: str) -> None:
    assert _signature(sqlite3.connect(":memory:").cursor(), name) == _signature(
        sqlite3.Connection(":memory:").cursor(), name
    )


@pytest.mark.parametrize("name", ["cursor", "commit", "rollback", "execute", "__exit__"])
def test_signatures_of_connections_stay(name: str) -> None:
    assert _signature(sqlite3.connect(":memory:"), name) == _signature(sqlite3.Connection(":memory:"), name)


def _signature(owner: Any, name: str) -> str:
    try:
        return str(inspect.signature(getattr(owner, name)))
    except ValueError:
        return "none"


def test_connect_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(sqlite3.connect))(":memory:").execute("select 1").fetchone() == (1,)


def test_connections_and_cursors_are_not_pickled_as_before() -> None:
    for made in (sqlite3.connect(":memory:"), sqlite3.connect(":memory:").cursor()):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(made)
