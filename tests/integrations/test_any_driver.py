"""Drivers that no integration names, by `vedette.instrument_dbapi`: in Python, in open classes of C, in closed ones."""

from __future__ import annotations

import inspect
import pickle
import sqlite3
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.services.postgresql import PostgreSQL
from vedette.lifecycle import running

pg8000 = pytest.importorskip("pg8000")
duckdb = pytest.importorskip("duckdb")
pysqlite3 = pytest.importorskip("pysqlite3")

Instrument = Callable[..., None]


@pytest.fixture
def instrument_dbapi() -> Iterator[Instrument]:
    """Until the test's end."""
    names = []

    def instrument(module: Any, **options: Any) -> None:
        vedette.instrument_dbapi(module, **options)
        names.append(module.__name__)

    yield instrument
    state = running()
    assert state is not None
    for name in names:
        state.registry.uninstrument(name)


def told(driver: str, text: str, **attributes: Any) -> dict[str, Any]:
    return {
        "name": f"{driver}.query",
        "service": driver,
        "type": "sql",
        "kind": "client",
        "resource": text,
        "attributes": {"component": driver, "db.system.name": driver, **attributes},
    }


ROWS = "db.response.returned_rows"


@pytest.fixture
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "pg8000")


def connected(database: Postgres) -> Any:
    tags = database.tags
    return pg8000.dbapi.connect(
        tags["db.user"], tags["server.address"], database=tags["db.namespace"], port=tags["server.port"]
    )


def test_a_driver_written_in_python(database: Postgres, spans: Spans, instrument_dbapi: Instrument) -> None:
    instrument_dbapi(pg8000.dbapi, system="postgresql")
    connection = connected(database)
    cursor = connection.cursor()
    cursor.execute("insert into users values (%s, %s)", (1, "a"))
    cursor.executemany("insert into users values (%s, %s)", [(2, "b"), (3, "c")])
    connection.commit()
    cursor.execute("select name from users")
    assert cursor.fetchall() == (["a"], ["b"], ["c"])
    connection.close()
    tags = {name: value for name, value in database.tags.items() if name not in ("component", "db.application")}
    insert = "insert into users values (%s, %s)"
    one, many, commit, select = spans()
    assert one == told("pg8000", insert, **tags, **{ROWS: 1})
    assert many == told("pg8000", insert, **tags, **{"sql.executemany": "true", ROWS: 2})
    assert (commit["name"], commit["attributes"]["db.namespace"]) == ("pg8000.connection.commit", tags["db.namespace"])
    assert select == told("pg8000", "select name from users", **tags, **{ROWS: 3})


def test_errors_are_the_drivers_own(database: Postgres, spans: Spans, instrument_dbapi: Instrument) -> None:
    instrument_dbapi(pg8000.dbapi)
    connection = connected(database)
    with pytest.raises(pg8000.dbapi.DatabaseError, match="nowhere") as raised:
        connection.cursor().execute("select * from nowhere")
    connection.close()
    assert raised.value.args[0]["C"] == "42P01"
    assert spans.one()["failure"][0] == "pg8000.exceptions.DatabaseError"


def test_connecting_in_vain(instrument_dbapi: Instrument) -> None:
    instrument_dbapi(pg8000.dbapi)
    with pytest.raises(pg8000.dbapi.InterfaceError):
        pg8000.dbapi.connect("nobody", "127.0.0.1", port=1)


def test_undo_gives_everything_back(database: Postgres, spans: Spans, instrument_dbapi: Instrument) -> None:
    before = {name: function.__code__ for name, function in vars(pg8000.dbapi.Cursor).items() if callable(function)}
    connect, code = pg8000.dbapi.connect, pg8000.dbapi.connect.__code__
    vedette.instrument_dbapi(pg8000.dbapi)
    vedette.instrument_dbapi(pg8000.dbapi)  # twice is once
    connection = connected(database)
    connection.cursor().execute("select 1")
    state = running()
    assert state is not None
    state.registry.uninstrument("pg8000.dbapi")
    connection.cursor().execute("select 2")
    connected(database).close()
    connection.close()
    assert [span["resource"] for span in spans()] == ["select 1"]
    assert (pg8000.dbapi.connect, pg8000.dbapi.connect.__code__) == (connect, code)
    assert {name: getattr(pg8000.dbapi.Cursor, name).__code__ for name in before} == before


def test_classes_in_c_that_are_open(spans: Spans, instrument_dbapi: Instrument) -> None:
    """duckdb's connections are their own cursors."""
    instrument_dbapi(duckdb)
    connection = duckdb.connect(database=":memory:")
    assert type(connection) is duckdb.DuckDBPyConnection
    assert connection.execute("select 1") is connection
    assert connection.fetchall() == [(1,)]
    assert connection.cursor().execute("select ?", [2]).fetchone() == (2,)
    connection.close()
    assert spans() == [
        told("duckdb", "select 1", **{"db.namespace": ":memory:"}),
        told("duckdb", "select ?", **{"db.namespace": ":memory:"}),
    ]


def test_closed_classes_stay_behind_proxies(spans: Spans, instrument_dbapi: Instrument) -> None:
    instrument_dbapi(pysqlite3, system="sqlite")
    with pysqlite3.connect(":memory:") as connection:
        cursor = connection.cursor()
        assert cursor.execute("create table users (id int)") is cursor
        cursor.executemany("insert into users values (?)", [(1,), (2,)])
        assert list(connection.execute("select id from users")) == [(1,), (2,)]
    made, many, read = spans()  # the end of the block is the object's own, and not seen
    assert made == told("pysqlite3", "create table users (id int)", **{"db.system.name": "sqlite"})
    assert many["attributes"]["sql.executemany"] == "true"
    assert read["resource"] == "select id from users"


def proxied() -> tuple[Any, Any]:
    connection = pysqlite3.connect(":memory:")
    return connection, connection.cursor()


def test_proxies_are_what_they_stand_for(instrument_dbapi: Instrument) -> None:
    plain = pysqlite3.connect(":memory:")
    instrument_dbapi(pysqlite3)
    connection, cursor = proxied()
    assert isinstance(connection, pysqlite3.Connection)
    assert isinstance(cursor, pysqlite3.Cursor)
    assert connection.__class__ is pysqlite3.Connection
    assert cursor.connection is connection
    assert connection.__enter__() is connection
    assert iter(cursor.execute("select 1")) is cursor
    assert next(cursor) == (1,)
    assert (connection == connection, connection != connection, connection == plain) == (True, False, False)
    assert {connection: 1}[connection] == 1
    assert repr(cursor).startswith("<pysqlite3.dbapi2.Cursor object at ")
    assert set(dir(connection)) == set(dir(plain))
    assert cursor.execute.__doc__ == plain.cursor().execute.__doc__
    assert cursor.execute.__name__ == "execute"


def test_proxies_pass_on_what_is_set(instrument_dbapi: Instrument) -> None:
    plain = pysqlite3.connect(":memory:")
    instrument_dbapi(pysqlite3)
    connection, cursor = proxied()
    connection.row_factory = pysqlite3.Row
    cursor = connection.cursor()
    assert cursor.execute("select 1 as one").fetchone()["one"] == 1
    cursor.arraysize = 7
    assert cursor.arraysize == 7
    for each in (plain, connection):
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            each.nothing  # noqa: B018  (that it fails is what matters)


def test_proxies_are_not_pickled_as_before(instrument_dbapi: Instrument) -> None:
    plain = pysqlite3.connect(":memory:")
    instrument_dbapi(pysqlite3)
    messages = []
    for each in (plain, proxied()[0]):
        with pytest.raises(TypeError) as raised:
            pickle.dumps(each)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


def test_signatures_behind_proxies(instrument_dbapi: Instrument) -> None:
    plain = pysqlite3.connect(":memory:")
    instrument_dbapi(pysqlite3)
    connection, cursor = proxied()
    for ours, theirs in ((connection.commit, plain.commit), (cursor.execute, plain.cursor().execute)):
        assert _signature(ours) == _signature(theirs)


def _signature(method: Any) -> str:
    try:
        return str(inspect.signature(method))
    except ValueError:
        return "none"


def test_reading_rows_and_connecting_when_asked(
    monkeypatch: pytest.MonkeyPatch, spans: Spans, instrument_dbapi: Instrument
) -> None:
    state = running()
    assert state is not None
    ordinary = state.registry._values_of
    asked = {"trace_fetch_methods": True, "trace_connect": True}
    monkeypatch.setattr(state.registry, "_values_of", lambda integration: {**ordinary(integration), **asked})
    instrument_dbapi(duckdb)
    instrument_dbapi(pysqlite3)
    assert duckdb.connect().execute("select 1").fetchall() == [(1,)]
    assert pysqlite3.connect(":memory:").execute("select 1").fetchall() == [(1,)]
    names = [span["name"] for span in spans()]
    assert names == [
        f"{driver}.{step}" for driver in ("duckdb", "pysqlite3") for step in ("connect", "query", "query.fetchall")
    ]


class Connection:
    """As drivers are that name a class `connect`."""

    def __init__(self, database: str) -> None:
        self._real = sqlite3.Connection(database)

    def cursor(self) -> Any:
        return Cursor(self._real.cursor())

    def commit(self) -> None:
        self._real.commit()


class Cursor:
    """Its `executemany` goes through `execute`. There are no attributes that PEP 249 does not ask for, and no weak
    references.
    """

    __slots__ = ("_real",)

    def __init__(self, real: Any) -> None:
        self._real = real

    def execute(self, statement: str, parameters: Any = ()) -> None:
        self._real.execute(statement, parameters)

    def executemany(self, statement: str, many: Any) -> None:
        for parameters in many:
            self.execute(statement, parameters)

    def fetchall(self) -> Any:
        return self._real.fetchall()


def test_connect_may_be_a_class(spans: Spans, instrument_dbapi: Instrument) -> None:
    module = types.ModuleType("tests.integrations.classy")
    module.connect = Connection  # type: ignore[attr-defined]
    instrument_dbapi(module, system="sqlite")
    connection = Connection(":memory:")
    cursor = connection.cursor()
    cursor.execute("create table users (id int)")
    cursor.executemany("insert into users values (?)", [(1,), (2,)])
    connection.commit()
    assert (type(connection), type(cursor)) == (Connection, Cursor)
    created, many, commit = spans()
    assert created == told("classy", "create table users (id int)", **{"db.system.name": "sqlite"})
    assert (many["name"], many["attributes"]["sql.executemany"]) == ("classy.query", "true")
    assert commit["name"] == "classy.connection.commit"


def test_a_driver_that_has_an_integration_gets_that(instrument_dbapi: Instrument, spans: Spans) -> None:
    vedette.instrument_dbapi(sqlite3)
    sqlite3.connect(":memory:").execute("select 1")
    assert [span["name"] for span in spans()] == ["sqlite.query"]


@pytest.mark.parametrize("wrong", [types.ModuleType("nothing"), inspect, None, "sqlite3"])
def test_what_is_no_driver_is_told_so(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"has no connect\(\), so it is no driver of PEP 249"):
        vedette.instrument_dbapi(wrong)
