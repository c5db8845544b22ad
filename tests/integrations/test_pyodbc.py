"""pyodbc: its spans, and that the proxies of its closed types can't be told from the objects themselves."""

from __future__ import annotations

import copy
import datetime
import decimal
import gc
import inspect
import pickle
import sys
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

import vedette
from tests.integrations.databases import Database
from tests.integrations.made import Spans
from tests.integrations.odbc import connection_string
from tests.services.postgresql import PostgreSQL
from vedette.integrations import pyodbc as declared

pyodbc = pytest.importorskip("pyodbc")

COMMIT, ROLLBACK = "pyodbc.connection.commit", "pyodbc.connection.rollback"


@pytest.fixture(scope="module")
def dsn() -> str:
    return connection_string("SQLite3", "libsqlite3odbc.so", Database=":memory:")


@pytest.fixture
def database() -> Database:
    tags = {"component": "pyodbc", "db.system.name": "sqlite", "db.namespace": ":memory:"}
    return Database("pyodbc.query", "pyodbc", tags)


@pytest.fixture
def connection(dsn: str, spans: Spans) -> Iterator[Any]:
    made = pyodbc.connect(dsn)
    made.execute("create table users (id int, name varchar(20))")
    made.commit()
    spans()
    yield made
    made.close()


def test_a_statement_is_one_span(connection: Any, database: Database, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select 1 union select ?", 2) is cursor
    assert [tuple(row) for row in cursor.fetchall()] == [(1,), (2,)]
    assert spans() == [database.span("select 1 union select ?", 0)]  # as many as SQLite's driver says of a SELECT


def test_rows_that_were_changed_are_counted(connection: Any, database: Database, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute("insert into users values (?, ?)", 1, "ann")
    cursor.execute("insert into users values (?, ?)", (2, "bob"))
    cursor.execute("update users set name = 'x'")
    assert cursor.rowcount == 2
    insert = "insert into users values (?, ?)"
    assert spans() == [
        database.span(insert, 1),
        database.span(insert, 1),
        database.span("update users set name = 'x'", 2),
    ]


def test_the_connections_own_execute(connection: Any, database: Database, spans: Spans) -> None:
    cursor = connection.execute("select ?", 7)
    assert isinstance(cursor, pyodbc.Cursor)
    assert cursor.connection is connection
    assert cursor.fetchval() == 7
    cursor.execute("select 8")
    assert spans() == [database.span("select ?", 0), database.span("select 8", 0)]


def test_many_sets_of_parameters_are_one_span(connection: Any, database: Database, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.executemany("insert into users values (?, ?)", [(1, "ann"), (2, "bob")])
    assert spans() == [database.many("insert into users values (?, ?)")]
    assert connection.execute("select count(*) from users").fetchval() == 2


def test_commit_and_rollback_by_connection_and_cursor(connection: Any, database: Database, spans: Spans) -> None:
    connection.commit()
    connection.rollback()
    cursor = connection.cursor()
    cursor.commit()
    cursor.rollback()
    assert spans() == [database.transaction(name) for name in (COMMIT, ROLLBACK, COMMIT, ROLLBACK)]


def test_transactions_by_with(connection: Any, database: Database, spans: Spans) -> None:
    with connection as entered:
        assert entered is connection
        connection.execute("insert into users values (1, 'ann')")
    with pytest.raises(LookupError), connection:
        raise LookupError
    with connection.cursor() as cursor:
        assert isinstance(cursor, pyodbc.Cursor)
    connection.autocommit = True
    with connection, connection.cursor():
        pass
    assert [span["name"] for span in spans()] == ["pyodbc.query", COMMIT, ROLLBACK, COMMIT]


def test_leaving_a_closed_connection(dsn: str, spans: Spans) -> None:
    with pytest.raises(pyodbc.Error), pyodbc.connect(dsn) as connection:
        connection.close()
    assert spans() == []


def test_rows(connection: Any) -> None:
    connection.cursor().executemany("insert into users values (?, ?)", [(n, f"user {n}") for n in range(5)])
    cursor = connection.execute("select id, name from users order by id")
    assert iter(cursor) is cursor
    assert next(cursor).name == "user 0"
    assert isinstance(cursor.fetchone(), pyodbc.Row)
    assert [row.id for row in cursor.fetchmany(2)] == [2, 3]
    assert [tuple(row) for row in cursor] == [(4, "user 4")]
    assert cursor.fetchone() is None
    assert [column[0] for column in cursor.description] == ["id", "name"]
    assert cursor.nextset() is False
    assert cursor.skip


def test_reading_rows_makes_spans_when_asked(dsn: str, database: Database, spans: Spans, declared_again: Any) -> None:
    with declared_again("pyodbc", trace_fetch_methods=True):
        pyodbc.connect(dsn).execute("select 1").fetchall()
    assert spans() == [database.span("select 1", 0), database.step("pyodbc.query.fetchall", "select 1", 0)]


def test_connecting_makes_a_span_when_asked(dsn: str, database: Database, spans: Spans, declared_again: Any) -> None:
    pyodbc.connect(dsn).close()
    assert spans() == []
    with declared_again("pyodbc", trace_connect=True):
        assert isinstance(pyodbc.connect(dsn), pyodbc.Connection)
    assert spans() == [database.step("pyodbc.connect")]


def test_an_error_is_the_drivers_own(connection: Any, database: Database, spans: Spans) -> None:
    with pytest.raises(pyodbc.Error) as raised:
        connection.cursor().execute("select * from nowhere")
    assert raised.value.__context__ is None
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "pyodbc.Error"
    assert "no such table: nowhere" in message
    assert span == {**database.span("select * from nowhere"), "error": True}


def test_connecting_in_vain_is_the_drivers_error(spans: Spans) -> None:
    with pytest.raises(pyodbc.Error):
        pyodbc.connect("Driver=nothing of that name")
    with pytest.raises(TypeError):
        pyodbc.connect(7)
    assert spans() == []


def test_closed_connections_and_cursors(dsn: str, spans: Spans) -> None:
    connection = pyodbc.connect(dsn)
    cursor = connection.cursor()
    cursor.close()
    with pytest.raises(pyodbc.ProgrammingError, match="closed"):
        cursor.execute("select 1")
    connection.close()
    assert connection.closed
    with pytest.raises(pyodbc.ProgrammingError, match="closed"):
        connection.execute("select 1")
    with pytest.raises(pyodbc.ProgrammingError, match="closed"):
        connection.commit()
    assert [span["error"] for span in spans()] == [True, True, True]


def test_what_is_no_statement_is_refused_by_the_driver(connection: Any, spans: Spans) -> None:
    with pytest.raises(TypeError):
        connection.cursor().execute(7)
    with pytest.raises(TypeError):
        connection.cursor().execute()
    with pytest.raises(TypeError):
        connection.execute()


def test_facts_are_asked_once_per_connection(dsn: str, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def gather(connection: Any) -> dict[str, Any]:
        asked.append(connection)
        return {"db.system.name": f"number {len(asked)}"}

    monkeypatch.setattr(declared.DRIVER.facts, "_gather", gather)
    first, second = pyodbc.connect(dsn), pyodbc.connect(dsn)
    for connection in (first, second, first):
        connection.cursor().execute("select 1")
        connection.commit()
    told = [span["attributes"]["db.system.name"] for span in spans()]
    assert told == [f"number {number}" for number in (1, 1, 2, 2, 1, 1)]
    assert (asked[0] is first, asked[1] is second, len(asked)) == (True, True, 2)


def test_a_driver_that_knows_nothing_of_itself() -> None:
    class Silent:
        def getinfo(self, what: int) -> Any:
            raise pyodbc.Error("HYC00", "not implemented")

    assert not any(declared.gather(Silent()).values())


def test_systems_have_their_conventional_names() -> None:
    class Server:
        def getinfo(self, what: int) -> Any:
            return {pyodbc.SQL_DBMS_NAME: "Microsoft SQL Server", pyodbc.SQL_SERVER_NAME: "db1"}.get(what, "")

    told = {"db.system.name": "microsoft.sql_server", "server.address": "db1"}
    assert {name: value for name, value in declared.gather(Server()).items() if value} == told


class TestPostgreSQL:
    """Another driver behind the same library."""

    @pytest.fixture
    def connection(self, postgresql_server: PostgreSQL) -> Iterator[Any]:
        parts = urlsplit(postgresql_server.dsn())
        where = {"Server": parts.hostname, "Port": str(parts.port), "Database": "postgres", "Uid": "postgres"}
        made = pyodbc.connect(connection_string("PostgreSQL Unicode", "psqlodbcw.so", **where, Pwd="x"))  # type: ignore[arg-type]
        yield made
        made.close()

    def test_the_driver_tells_what_is_behind_it(self, connection: Any, spans: Spans) -> None:
        connection.execute("select 1 union select 2").fetchall()
        tags = {
            "component": "pyodbc",
            "db.system.name": "postgresql",
            "db.namespace": "postgres",
            "db.user": "postgres",
            "server.address": "127.0.0.1",
        }
        assert spans() == [Database("pyodbc.query", "pyodbc", tags).span("select 1 union select 2", 2)]

    @pytest.mark.parametrize("fast", [False, True])
    def test_many_sets_of_parameters(self, connection: Any, spans: Spans, fast: bool) -> None:
        """The fast way is not for SQLite's driver, which crashes on it."""
        cursor = connection.cursor()
        cursor.execute("create temporary table users (id int, name varchar(20))")
        cursor.fast_executemany = fast
        assert cursor.fast_executemany is fast
        cursor.executemany("insert into users values (?, ?)", [(1, "ann"), (2, "bob")])
        assert cursor.execute("select count(*) from users").fetchval() == 2
        assert spans()[1]["attributes"]["sql.executemany"] == "true"

    def test_errors(self, connection: Any, spans: Spans) -> None:
        with pytest.raises(pyodbc.ProgrammingError) as raised:
            connection.execute("select * from nowhere")
        assert raised.value.args[0] == "42P01"
        assert spans.one()["error"] is True

    def test_values_of_many_types(self, connection: Any) -> None:
        row = connection.execute(
            "select cast(? as numeric(5, 2)), cast(? as date), cast(? as text), cast(? as bytea), cast(null as int)",
            decimal.Decimal("1.25"), datetime.date(2020, 2, 29), "ü", b"\x00\x01",
        ).fetchone()  # fmt: skip
        assert tuple(row) == (decimal.Decimal("1.25"), datetime.date(2020, 2, 29), "ü", b"\x00\x01", None)

    def test_converters_and_decoding(self, connection: Any) -> None:
        def shouted(value: bytes) -> str:
            return bytes(value).replace(b"\0", b"").decode().upper()

        connection.add_output_converter(pyodbc.SQL_WVARCHAR, shouted)
        assert connection.get_output_converter(pyodbc.SQL_WVARCHAR) is shouted
        assert connection.execute("select cast('a' as varchar)").fetchval() == "A"
        connection.clear_output_converters()
        connection.setdecoding(pyodbc.SQL_CHAR, encoding="utf-8")
        connection.setencoding(encoding="utf-8")
        assert connection.execute("select cast('a' as varchar)").fetchval() == "a"


class TestTransparency:
    """A proxy and what it stands for, side by side."""

    @pytest.fixture
    def bare(self, connection: Any) -> Any:
        return connection._vedette_object

    def test_they_are_instances_of_the_drivers_classes(self, connection: Any) -> None:
        cursor = connection.cursor()
        assert isinstance(connection, pyodbc.Connection)
        assert isinstance(cursor, pyodbc.Cursor)
        assert connection.__class__ is pyodbc.Connection
        assert cursor.__class__ is pyodbc.Cursor
        assert not isinstance(cursor, pyodbc.Connection)

    def test_they_look_the_same(self, connection: Any, bare: Any) -> None:
        cursor = connection.cursor()
        for proxy, original in ((connection, bare), (cursor, cursor._vedette_object)):
            assert dir(proxy) == dir(original)
            assert repr(proxy) == repr(original)
            assert (hash(proxy), proxy == proxy, proxy == original) == (hash(original), True, True)
            assert proxy.__doc__ == original.__doc__
            assert bool(proxy) is True
            for name in ("execute", "close", "commit"):
                assert getattr(proxy, name).__doc__ == getattr(original, name).__doc__
                assert callable(getattr(proxy, name))

    @pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")
    def test_every_attribute_is_the_objects(self, connection: Any, bare: Any) -> None:
        plain = [name for name in dir(bare) if not callable(getattr(type(bare), name))]
        assert {"autocommit", "timeout", "searchescape"} <= set(plain)
        told = {name: repr(getattr(connection, name)) for name in plain}
        assert told == {name: repr(getattr(bare, name)) for name in plain}

    def test_attributes_can_be_set(self, connection: Any, bare: Any) -> None:
        connection.autocommit = True
        connection.maxwrite = 1024
        assert (bare.autocommit, bare.maxwrite) == (True, 1024)
        cursor = connection.cursor()
        cursor.arraysize = 7
        assert (cursor.arraysize, cursor._vedette_object.arraysize) == (7, 7)
        for broken, value in (("rowcount", 1), ("nothing", 1)):
            with pytest.raises(AttributeError):
                setattr(cursor, broken, value)
        with pytest.raises(AttributeError):
            connection.nothing  # noqa: B018  (reading it is the test)
        with pytest.raises((AttributeError, TypeError)):
            del connection.autocommit

    @pytest.mark.parametrize("refused", [copy.copy, copy.deepcopy, pickle.dumps])
    def test_they_are_no_more_copied_or_pickled_than_before(self, connection: Any, bare: Any, refused: Any) -> None:
        for proxy, original in ((connection, bare), (connection.cursor(), bare.cursor())):
            with pytest.raises(TypeError) as here:
                refused(proxy)
            with pytest.raises(TypeError) as there:
                refused(original)
            assert str(here.value) == str(there.value)

    def test_wrong_calls_fail_as_before(self, connection: Any, bare: Any) -> None:
        for arguments in ((), (1, 2, 3)):
            with pytest.raises(TypeError) as here:
                connection.getinfo(*arguments)
            with pytest.raises(TypeError) as there:
                bare.getinfo(*arguments)
            assert str(here.value) == str(there.value)

    def test_catalog_functions_give_the_cursor_itself(self, connection: Any) -> None:
        cursor = connection.cursor()
        assert cursor.tables(table="users") is cursor
        assert cursor.fetchone().table_name == "users"
        assert cursor.columns(table="users") is cursor
        assert [row.column_name for row in cursor] == ["id", "name"]

    def test_getinfo(self, connection: Any, bare: Any) -> None:
        assert connection.getinfo(pyodbc.SQL_DBMS_NAME) == bare.getinfo(pyodbc.SQL_DBMS_NAME) == "SQLite"

    def test_connections_of_several_threads(self, dsn: str, spans: Spans) -> None:
        def work(number: int) -> None:
            with vedette.tracer.span(f"work {number}"):
                assert pyodbc.connect(dsn).execute("select ?", number).fetchval() == number

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(span["parent"] for span in spans() if span["name"] == "pyodbc.query") == [
            f"work {number}" for number in range(4)
        ]

    def test_nothing_keeps_a_connection_alive(self, dsn: str) -> None:
        connection = pyodbc.connect(dsn)
        original = connection._vedette_object
        connection.execute("select 1")
        before = sys.getrefcount(original)
        del connection
        gc.collect()
        assert sys.getrefcount(original) < before

    def test_connect_is_what_it_was(self) -> None:
        assert pyodbc.connect.__name__ == "connect"
        assert pyodbc.connect.__doc__.startswith("connect(")
        assert callable(pyodbc.connect)
        assert inspect.isroutine(pyodbc.connect) or callable(pyodbc.connect)
        assert pickle.loads(pickle.dumps(pyodbc.connect)) is pyodbc.connect
