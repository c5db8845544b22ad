"""psycopg2: its spans, and that the library and its extras accept the connections as their own."""

from __future__ import annotations

import inspect
import io
import logging
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.services.postgresql import PostgreSQL

psycopg2 = pytest.importorskip("psycopg2")

from psycopg2 import errors, extensions, extras, pool, sql  # noqa: E402  (only where it is installed)


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "psycopg")


@pytest.fixture
def connection(database: Postgres) -> Iterator[Any]:
    made = psycopg2.connect(database.dsn)
    yield made
    made.close()


def test_a_statement_is_one_span(connection: Any, database: Postgres, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select %s", (7,)) is None
    assert cursor.fetchone() == (7,)
    assert spans() == [database.span("select %s", 1)]


def test_statements_by_keyword_bytes_and_composition(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute(query="select 1", vars=None)
    cursor.execute(b"select 2")
    cursor.execute(sql.SQL("select {}").format(sql.Literal("a'b")))
    assert [span["resource"] for span in spans()] == ["select 1", "select 2", "select 'a''b'"]


def test_many_sets_of_parameters_are_one_span(connection: Any, database: Postgres, spans: Spans) -> None:
    connection.cursor().executemany("insert into users values (%s, %s)", [(1, "a"), (2, "b")])
    assert spans() == [database.many("insert into users values (%s, %s)", 2)]


def test_batches_of_the_extras(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    extras.execute_values(cursor, "insert into users values %s", [(1, "a"), (2, "b")])
    extras.execute_batch(cursor, "insert into users values (%s, %s)", [(1, "a"), (2, "b")])
    assert len(spans()) == 2


def test_procedures(connection: Any, database: Postgres, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.callproc("upper", ["a"])
    assert cursor.fetchone() == ("A",)
    assert spans() == [database.span("upper", 1)]


def test_copies(connection: Any, database: Postgres, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.copy_from(io.StringIO("1\ta\n"), "users")
    cursor.copy_to(io.StringIO(), table="users")
    cursor.copy_expert("copy users to stdout", io.StringIO())
    assert spans() == [
        database.span('COPY "users" FROM STDIN', 1),
        database.span('COPY "users" TO STDOUT', 1),
        database.span("copy users to stdout", 1),
    ]


def test_cursors_on_the_server(connection: Any, spans: Spans) -> None:
    with connection.cursor("names", scrollable=True) as cursor:
        cursor.execute("select generate_series(1, 3)")
        assert list(cursor) == [(1,), (2,), (3,)]
    assert [span["resource"] for span in spans()] == ["select generate_series(1, 3)"]


def test_commit_and_rollback(connection: Any, database: Postgres, spans: Spans) -> None:
    with connection:
        connection.cursor().execute("select 1")
    connection.rollback()
    names = [f"psycopg2.connection.{name}" for name in ("commit", "rollback")]
    assert spans()[1:] == [database.transaction(name) for name in names]


def test_with_blocks(database: Postgres, spans: Spans) -> None:
    with psycopg2.connect(database.dsn) as connection, connection.cursor() as cursor:
        assert isinstance(cursor, extensions.cursor)
        cursor.execute("select 1")
    with pytest.raises(LookupError, match="mine"):
        failing(connection)
    connection.close()
    names = [span["name"] for span in spans()]
    assert names == ["postgres.query", "psycopg2.connection.commit", "psycopg2.connection.rollback"]


def failing(connection: Any) -> None:
    with connection:
        raise LookupError("mine")


def test_an_error_is_the_drivers_own(connection: Any, database: Postgres, spans: Spans) -> None:
    with pytest.raises(errors.UndefinedTable) as raised:
        connection.cursor().execute("select * from nowhere")
    assert raised.value.__context__ is None
    span = spans.one()
    kind, message = span.pop("failure")
    assert (kind, message[:33]) == ("psycopg2.errors.UndefinedTable", 'relation "nowhere" does not exist')
    assert span == {**database.span("select * from nowhere"), "error": True}


def test_statements_on_a_closed_connection(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    connection.close()
    with pytest.raises(psycopg2.InterfaceError, match="closed"):
        cursor.execute("select 1")
    assert spans.one()["error"] is True


def test_statements_descend_from_what_is_active(connection: Any, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        connection.cursor().execute("select 1")
    assert [span.get("parent") for span in spans()] == [None, "work"]


@pytest.mark.parametrize(
    ("factory", "row"),
    [
        (extras.DictCursor, ["a", 1]),
        (extras.RealDictCursor, {"x": "a", "y": 1}),
        (extras.NamedTupleCursor, ("a", 1)),
        (extensions.cursor, ("a", 1)),
        (None, ("a", 1)),
    ],
)
def test_factories_of_cursors(database: Postgres, spans: Spans, factory: Any, row: Any) -> None:
    one = psycopg2.connect(database.dsn, cursor_factory=factory)
    two = psycopg2.connect(database.dsn)
    for cursor in (one.cursor(), two.cursor(cursor_factory=factory), two.cursor("named", factory)):
        assert isinstance(cursor, factory or extensions.cursor)
        cursor.execute("select 'a' as x, 1 as y")
        assert cursor.fetchone() == row
    assert [span["resource"] for span in spans()] == ["select 'a' as x, 1 as y"] * 3


class OwnConnection(extensions.connection):
    def cursor(self, *arguments: Any, **named: Any) -> Any:
        named.setdefault("cursor_factory", extras.DictCursor)
        return super().cursor(*arguments, **named)


@pytest.mark.parametrize("factory", [extras.DictConnection, extras.RealDictConnection, OwnConnection])
def test_factories_of_connections(database: Postgres, spans: Spans, factory: Any) -> None:
    connection = psycopg2.connect(database.dsn, connection_factory=factory)
    assert isinstance(connection, factory)
    cursor = connection.cursor()
    cursor.execute("select 1 as one")
    assert cursor.fetchone()["one"] == 1
    assert isinstance(cursor, (extras.DictCursor, extras.RealDictCursor))
    assert len(spans()) == 1


def test_a_factory_that_is_a_function_is_left_alone(database: Postgres, spans: Spans) -> None:
    connection = psycopg2.connect(database.dsn, connection_factory=lambda dsn, *rest: extensions.connection(dsn, *rest))
    assert type(connection) is extensions.connection
    connection.cursor().execute("select 1")
    assert spans() == []


def test_logging_connections_still_log(database: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    connection = psycopg2.connect(database.dsn, connection_factory=extras.LoggingConnection)
    connection.initialize(logging.getLogger("sql"))
    with caplog.at_level(logging.DEBUG, "sql"):
        connection.cursor().execute("select 1")
    assert "select 1" in caplog.text


@pytest.mark.parametrize("kind", [pool.SimpleConnectionPool, pool.ThreadedConnectionPool])
def test_pools(database: Postgres, spans: Spans, kind: Any) -> None:
    connections = kind(1, 2, database.dsn)
    connection = connections.getconn()
    connection.cursor().execute("select 1")
    connections.putconn(connection)
    connections.closeall()
    assert spans()[0] == database.span("select 1", 1)


def test_the_library_accepts_them_as_its_own(connection: Any) -> None:
    cursor = connection.cursor()
    extensions.register_type(extensions.UNICODE, connection)
    extensions.register_type(extensions.UNICODE, cursor)
    extras.register_uuid(conn_or_curs=connection)
    extras.register_default_json(conn_or_curs=cursor)
    extras.register_composite("users", connection)
    assert extensions.quote_ident('a"b', connection) == '"a""b"'
    assert extensions.quote_ident('a"b', cursor) == '"a""b"'
    assert sql.Identifier("a").as_string(connection) == '"a"'
    assert extensions.adapt("a'b").getquoted() == b"'a''b'"
    quoted = extensions.adapt("a'b")
    quoted.prepare(connection)
    assert quoted.getquoted() == b"'a''b'"
    extensions.register_adapter(dict, extras.Json)
    cursor.execute("select %s::json", ({"a": 1},))
    assert cursor.fetchone() == ({"a": 1},)
    assert isinstance(cursor.connection, extensions.connection)


def test_asynchronous_connections(database: Postgres, spans: Spans) -> None:
    connection = psycopg2.connect(database.dsn, async_=True)
    extras.wait_select(connection)
    cursor = connection.cursor()
    cursor.execute("select 1")
    extras.wait_select(connection)
    assert cursor.fetchone() == (1,)
    assert spans.one()["resource"] == "select 1"


def test_reading_rows_makes_no_spans_unless_asked(database: Postgres, spans: Spans, declared_again: Any) -> None:
    with declared_again("psycopg2", trace_fetch_methods=True):
        cursor = psycopg2.connect(database.dsn).cursor()
        cursor.execute("select 1")
        cursor.fetchall()
    assert spans() == [database.span("select 1", 1), database.step("postgres.query.fetchall", "select 1", 1)]


def test_connecting_makes_a_span_when_asked(database: Postgres, spans: Spans, declared_again: Any) -> None:
    with declared_again("psycopg2", trace_connect=True):
        psycopg2.connect(database.dsn).close()
    assert spans() == [database.step("psycopg2.connect")]


def test_connecting_in_vain_is_the_drivers_error(spans: Spans) -> None:
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect("postgresql://127.0.0.1:1/none")
    assert spans() == []


def test_it_stays_as_it_was(connection: Any) -> None:
    cursor = connection.cursor()
    assert isinstance(connection, extensions.connection)
    assert isinstance(cursor, extensions.cursor)
    assert type(connection).__name__ == "connection"
    assert not hasattr(cursor, "__dict__")
    assert cursor.execute.__doc__ == extensions.cursor.execute.__doc__
    assert list(inspect.signature(psycopg2.connect).parameters)[:2] == ["dsn", "connection_factory"]
    assert pickle.loads(pickle.dumps(psycopg2.connect)) is psycopg2.connect


@pytest.mark.parametrize("variable", ["DD_TRACE_PSYCOPG_ENABLED", "DD_TRACE_PSYCOPG2_ENABLED"])
def test_it_is_switched_by_either_name(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    from vedette.lifecycle import Running
    from vedette.settings import load

    monkeypatch.setenv(variable, "false")
    state = Running.__new__(Running)
    state.settings = load({})
    assert state._is_on("psycopg2") is False
