"""Psycopg 3: its spans, synchronous and asynchronous, and that it stays as it was."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import pickle
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.services.postgresql import PostgreSQL

psycopg = pytest.importorskip("psycopg")

VERSION = tuple(int(part) for part in psycopg.__version__.split(".")[:2])


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "psycopg")


@pytest.fixture
def connection(database: Postgres) -> Iterator[Any]:
    with psycopg.connect(database.dsn) as made:
        yield made
        made.rollback()


async def connected(database: Postgres) -> Any:
    return await psycopg.AsyncConnection.connect(database.dsn)


def test_a_statement_is_one_span(connection: Any, database: Postgres, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select %s::int", (7,)) is cursor
    assert cursor.fetchone() == (7,)
    assert spans() == [database.span("select %s::int", 1)]


def test_the_connections_own_execute(connection: Any, database: Postgres, spans: Spans) -> None:
    assert connection.execute("select 1 union select 2").fetchall() == [(1,), (2,)]
    assert spans() == [database.span("select 1 union select 2", 2)]


def test_composed_statements(connection: Any, database: Postgres, spans: Spans) -> None:
    from psycopg import sql

    connection.execute(sql.SQL("select {} from {}").format(sql.Literal("a'b"), sql.Identifier("users")))
    connection.execute(b"select 2")
    assert [span["resource"] for span in spans()] == ["select 'a''b' from \"users\"", "select 2"]


def test_many_sets_of_parameters_are_one_span(connection: Any, database: Postgres, spans: Spans) -> None:
    connection.cursor().executemany("insert into users values (%s, %s)", [(1, "a"), (2, "b")])
    assert spans() == [database.many("insert into users values (%s, %s)", 2)]


def test_cursors_on_the_server(connection: Any, database: Postgres, spans: Spans) -> None:
    with connection.cursor("names") as cursor:
        cursor.execute("select generate_series(1, 3)")
        assert cursor.fetchall() == [(1,), (2,), (3,)]
    assert [span["resource"] for span in spans()] == ["select generate_series(1, 3)"]


@pytest.mark.skipif(VERSION < (3, 1), reason="since 3.1")
def test_cursors_that_bind_on_the_client(connection: Any, database: Postgres, spans: Spans) -> None:
    assert psycopg.ClientCursor(connection).execute("select %s", (1,)).fetchone() == (1,)
    assert spans() == [database.span("select %s", 1)]


def test_a_stream_lasts_as_long_as_it_is_read(connection: Any, database: Postgres, spans: Spans) -> None:
    stream = connection.cursor().stream("select generate_series(1, 3)")
    assert inspect.isgenerator(stream)
    assert next(stream) == (1,)
    assert spans() == []
    assert list(stream) == [(2,), (3,)]
    assert spans() == [database.span("select generate_series(1, 3)")]


def test_copy_lasts_as_long_as_its_block(connection: Any, database: Postgres, spans: Spans) -> None:
    with vedette.tracer.span("work"), connection.cursor().copy("copy users from stdin") as copy:
        copy.write_row((1, "a"))
        with vedette.tracer.span("inside"):
            pass
    work, copied, inside = spans()
    assert copied == {**database.span("copy users from stdin", 1), "parent": "work"}
    assert inside["parent"] == "work"
    assert copied["name"] != work["name"]


def test_copies_tell_their_rows(connection: Any, database: Postgres, spans: Spans) -> None:
    with connection.cursor().copy("copy (select generate_series(1, 3)) to stdout") as copy:
        assert len(list(copy)) == 3
    assert spans() == [database.span("copy (select generate_series(1, 3)) to stdout", 3)]


def test_copy_that_fails(connection: Any, database: Postgres, spans: Spans) -> None:
    with pytest.raises((LookupError, psycopg.errors.QueryCanceled), match="mine"):  # the latter before 3.1
        copy_badly(connection)
    assert "mine" in spans()[0]["failure"][1]


def copy_badly(connection: Any) -> None:
    with connection.cursor().copy("copy users from stdin"):
        raise LookupError("mine")


def test_commit_and_rollback(database: Postgres, spans: Spans) -> None:
    with psycopg.connect(database.dsn) as connection:
        connection.execute("select 1")
        connection.rollback()
    expected = [database.transaction("psycopg.connection.rollback"), database.transaction("psycopg.connection.commit")]
    assert spans()[1:] == expected


def test_an_error_is_the_drivers_own(connection: Any, database: Postgres, spans: Spans) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable) as raised:
        connection.execute("select * from nowhere")
    assert raised.value.__context__ is None
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "psycopg.errors.UndefinedTable"
    assert message.startswith('relation "nowhere" does not exist')
    assert span == {**database.span("select * from nowhere"), "error": True}


def test_statements_on_a_closed_connection(database: Postgres, spans: Spans) -> None:
    connection = psycopg.connect(database.dsn)
    cursor = connection.cursor()
    connection.close()
    spans()
    with pytest.raises(psycopg.OperationalError, match="the connection is closed"):
        cursor.execute("select 1")
    span = spans.one()
    assert (span["error"], span["resource"]) == (True, "select 1")


async def test_asynchronous_statements(database: Postgres, spans: Spans) -> None:
    connection = await connected(database)
    async with connection, connection.cursor() as cursor:
        assert await cursor.execute("select 1") is cursor
        await cursor.executemany("insert into users values (%s, %s)", [(1, "a")])
        await connection.rollback()
    assert spans() == [
        database.span("select 1", 1),
        database.many("insert into users values (%s, %s)", 1),
        database.transaction("psycopg.connection.rollback"),
        database.transaction("psycopg.connection.commit"),
    ]


async def test_asynchronous_streams_and_copies(database: Postgres, spans: Spans) -> None:
    connection = await connected(database)
    async with connection:
        cursor = connection.cursor()
        assert [row async for row in cursor.stream("select generate_series(1, 2)")] == [(1,), (2,)]
        async with cursor.copy("copy (select 1) to stdout") as copy:
            assert [bytes(block) async for block in copy] == [b"1\n"]
        async with connection.cursor("names") as named:
            await named.execute("select 3")
            assert await named.fetchone() == (3,)
    texts = [span["resource"] for span in spans()]
    assert texts[:3] == ["select generate_series(1, 2)", "copy (select 1) to stdout", "select 3"]
    assert texts[3:] == ["psycopg.connection.commit"]


@pytest.mark.skipif(VERSION < (3, 1), reason="since 3.1")
def test_pipelines(connection: Any, database: Postgres, spans: Spans) -> None:
    with connection.pipeline() as pipeline:
        cursor = connection.execute("select 1")
        connection.cursor().executemany("insert into users values (%s, %s)", [(1, "a"), (2, "b")])
        pipeline.sync()
        assert cursor.fetchone() == (1,)
    assert [span["resource"] for span in spans()] == ["select 1", "insert into users values (%s, %s)"]


def test_kinds_of_rows(database: Postgres, spans: Spans) -> None:
    rows = psycopg.rows
    connection = psycopg.connect(database.dsn, row_factory=rows.dict_row)
    assert connection.execute("select 1 as one").fetchone() == {"one": 1}
    assert connection.cursor(row_factory=rows.namedtuple_row).execute("select 1 as one").fetchone().one == 1
    connection.close()
    assert spans() == [database.span("select 1 as one", 1)] * 2


def pools() -> Any:
    """Newer pools need a newer psycopg than the oldest."""
    return pytest.importorskip("psycopg_pool", exc_type=ImportError)


def test_pools(database: Postgres, spans: Spans) -> None:
    pool = pools().ConnectionPool(database.dsn, min_size=1, open=True)
    with pool, vedette.tracer.span("work"), pool.connection() as connection:
        connection.execute("select 1")
    work, select, commit = spans()
    assert select == {**database.span("select 1", 1), "parent": "work"}
    assert commit == {**database.transaction("psycopg.connection.commit"), "parent": "work"}
    assert work["name"] == "work"


async def test_asynchronous_pools(database: Postgres, spans: Spans) -> None:
    pool = pools().AsyncConnectionPool(database.dsn, min_size=1, open=False)
    async with pool, pool.connection() as connection:
        await connection.execute("select 1")
    assert spans() == [database.span("select 1", 1), database.transaction("psycopg.connection.commit")]


async def test_tasks_have_spans_of_their_own(database: Postgres, spans: Spans) -> None:
    async def work(name: str) -> None:
        with vedette.tracer.span(name):
            async with await connected(database) as connection:
                await connection.execute("select pg_sleep(0.01)")

    await asyncio.gather(work("one"), work("two"))
    parents = [span["parent"] for span in spans() if span["name"] == "postgres.query"]
    assert sorted(parents) == ["one", "two"]


@pytest.mark.skipif(VERSION < (3, 1), reason="since 3.1")
def test_factories_of_cursors(database: Postgres, spans: Spans) -> None:
    connection = psycopg.connect(database.dsn, cursor_factory=OwnCursor)
    cursor = connection.cursor()
    assert type(cursor) is OwnCursor
    assert cursor.execute("1").fetchone() == (1,)
    connection.close()
    assert spans() == [database.span("select 1", 1)]


async def test_an_asynchronous_error(database: Postgres, spans: Spans) -> None:
    connection = await connected(database)
    with pytest.raises(psycopg.errors.SyntaxError):
        await connection.execute("selec 1")
    await connection.close()
    assert spans.one()["error"] is True


class OwnCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, *arguments: Any, **named: Any) -> Any:
        return super().execute("select " + query, *arguments, **named)


def test_classes_of_the_application(database: Postgres, spans: Spans) -> None:
    with psycopg.connect(database.dsn) as connection:
        cursor = OwnCursor(connection, row_factory=psycopg.rows.tuple_row)
        assert cursor.execute("1").fetchone() == (1,)
    assert spans()[0] == database.span("select 1", 1)


def test_reading_rows_makes_no_spans_unless_asked(
    connection: Any, database: Postgres, spans: Spans, declared_again: Any
) -> None:
    connection.execute("select 1").fetchone()
    assert len(spans()) == 1
    with declared_again("psycopg", trace_fetch_methods=True):
        connection.execute("select 1").fetchone()
        steps = [database.span("select 1", 1), database.step("postgres.query.fetchone", "select 1", 1)]
        assert spans() == steps
    connection.execute("select 1").fetchone()
    assert len(spans()) == 1


def test_connecting_makes_a_span_when_asked(database: Postgres, spans: Spans, declared_again: Any) -> None:
    with declared_again("psycopg", trace_connect=True):
        psycopg.connect(database.dsn).close()
    assert spans() == [database.step("psycopg.connection.connect")]


def test_it_stays_as_it_was() -> None:
    assert inspect.iscoroutinefunction(psycopg.AsyncCursor.execute)
    assert inspect.iscoroutinefunction(psycopg.AsyncConnection.commit)
    assert inspect.isgeneratorfunction(psycopg.Cursor.stream)
    assert inspect.isasyncgenfunction(psycopg.AsyncCursor.stream)
    assert list(inspect.signature(psycopg.Cursor.execute).parameters)[:3] == ["self", "query", "params"]
    assert pickle.loads(pickle.dumps(psycopg.Cursor.execute)) is psycopg.Cursor.execute
    assert isinstance(psycopg.Cursor.copy, type(sys.modules["contextlib"].contextmanager))
    with contextlib.suppress(AttributeError):
        assert inspect.unwrap(psycopg.Cursor.copy) is psycopg.Cursor.copy.__wrapped__
