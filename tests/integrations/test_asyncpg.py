"""asyncpg: its spans, whichever way a statement goes, and that it stays as it was."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import pickle
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.services.postgresql import PostgreSQL
from vedette.instrument.families.statement_comments import Comments
from vedette.operations import Query

asyncpg = pytest.importorskip("asyncpg")


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "asyncpg")


@contextlib.asynccontextmanager
async def connected(database: Postgres, spans: Spans, **options: Any) -> AsyncIterator[Any]:
    """A connection whose own span is out of the way."""
    connection = await asyncpg.connect(database.dsn, **options)
    spans()
    try:
        yield connection
    finally:
        await connection.close()


async def test_connecting_is_a_span(database: Postgres, spans: Spans) -> None:
    connection = await asyncpg.connect(database.dsn)
    assert spans() == [database.step("postgres.connect")]
    await connection.close()
    assert spans() == []


async def test_connecting_in_vain_is_the_drivers_error(spans: Spans) -> None:
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncpg.connect("postgresql://postgres@127.0.0.1:1/none")
    span = spans.one()
    assert (span["name"], span["error"], span["failure"][0]) == ("postgres.connect", True, "ConnectionRefusedError")


async def test_each_way_to_fetch_is_one_span(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        assert [tuple(row) for row in await connection.fetch("select generate_series(1, $1)", 3)] == [(1,), (2,), (3,)]
        assert tuple(await connection.fetchrow("select $1::int", 7)) == (7,)
        assert await connection.fetchval("select 8") == 8
    assert spans() == [
        database.span("select generate_series(1, $1)", 3),
        database.span("select $1::int", 1),
        database.span("select 8", 1),
    ]


async def test_statements_without_rows_with_and_without_arguments(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        assert await connection.execute("delete from users; select 1") == "SELECT 1"
        assert await connection.execute("delete from users where id = $1", 1) == "DELETE 0"
        assert await connection.execute(query="select 2") == "SELECT 1"
    assert spans() == [
        database.span("delete from users; select 1"),
        database.span("delete from users where id = $1"),
        database.span("select 2"),
    ]


async def test_many_sets_of_parameters_are_one_span(database: Postgres, spans: Spans) -> None:
    text = "insert into users values ($1, $2)"
    async with connected(database, spans) as connection:
        assert await connection.executemany(text, [(1, "a"), (2, "b")]) is None
    assert spans() == [database.many(text)]


async def test_many_sets_of_parameters_that_return_rows(database: Postgres, spans: Spans) -> None:
    if not hasattr(asyncpg.Connection, "fetchmany"):
        pytest.skip("since 0.30")
    text = "insert into users values ($1, $2) returning id"
    async with connected(database, spans) as connection:
        assert [row["id"] for row in await connection.fetchmany(text, [(1, "a"), (2, "b")])] == [1, 2]
        statement = await connection.prepare(text)
        assert [row["id"] for row in await statement.fetchmany([(3, "c")])] == [3]
    assert spans() == [database.many(text, 2), database.many(text, 1)]


async def test_prepared_statements_are_spans_when_they_run(database: Postgres, spans: Spans) -> None:
    text = "select generate_series(1, $1)"
    async with connected(database, spans) as connection:
        statement = await connection.prepare(text)
        assert spans() == []
        assert len(await statement.fetch(2)) == 2
        assert await statement.fetchval(3) == 1
        assert tuple(await statement.fetchrow(3)) == (1,)
        await statement.executemany([(1,), (2,)])
    assert spans() == [database.span(text, 2), *[database.span(text, 1)] * 2, database.many(text)]


async def test_cursors_on_the_server_are_a_span_for_each_way_there(database: Postgres, spans: Spans) -> None:
    text = "select generate_series(1, 3)"
    async with connected(database, spans) as connection, connection.transaction():
        assert [row[0] async for row in connection.cursor(text, prefetch=2)] == [1, 2, 3]
        cursor = await connection.cursor(text)
        assert await cursor.forward(1) == 1
        assert [row[0] for row in await cursor.fetch(1)] == [2]
        assert (await cursor.fetchrow())[0] == 3
        statement = await connection.prepare(text)
        assert [row[0] async for row in statement.cursor()] == [1, 2, 3]
    expected = [
        database.span("BEGIN;"),
        database.span(text, 2),
        database.span(text, 1),
        database.span(text),
        database.span(text, 1),
        database.span(text, 1),
        database.span(text, 3),
        database.span("COMMIT;"),
    ]
    assert spans() == expected


async def test_what_happens_while_rows_are_read_is_no_part_of_the_statement(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection, connection.transaction():
        with vedette.tracer.span("work"):
            async for _ in connection.cursor("select 1"):
                vedette.tracer.span("inside").finish()
    inside = next(span for span in spans() if span["name"] == "inside")
    assert inside["parent"] == "work"


async def test_transactions_that_fail_are_rolled_back(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        with pytest.raises(LookupError):
            async with connection.transaction(), connection.transaction():
                raise LookupError("mine")
    texts = [span["resource"] for span in spans()]
    assert texts[0] == "BEGIN;"
    assert [text.split()[0] for text in texts[1:]] == ["SAVEPOINT", "ROLLBACK", "ROLLBACK;"]


async def test_each_kind_of_copy_is_one_span(database: Postgres, spans: Spans) -> None:
    out = io.BytesIO()
    async with connected(database, spans) as connection:
        await connection.execute("truncate users")
        assert await connection.copy_records_to_table("users", records=[(1, "a")]) == "COPY 1"
        assert await connection.copy_records_to_table("users", records=[(2, "b")], schema_name="public") == "COPY 1"
        assert await connection.copy_to_table("users", source=io.BytesIO(b"3\tc\n")) == "COPY 1"
        assert await connection.copy_from_table("users", output=out) == "COPY 3"
        assert await connection.copy_from_query("select 9", output=out) == "COPY 1"
    assert out.getvalue() == b"1\ta\n2\tb\n3\tc\n9\n"
    assert [(span["name"], span["resource"].strip()) for span in spans()][1:] == [
        ("postgres.query", 'COPY "users" FROM STDIN (FORMAT binary)'),
        ("postgres.query", 'COPY "public"."users" FROM STDIN (FORMAT binary)'),
        ("postgres.query", 'COPY "users" FROM STDIN'),
        ("postgres.query", 'COPY "users" TO STDOUT'),
        ("postgres.query", "COPY (select 9) TO STDOUT"),
    ]


async def test_what_a_copy_reads_from_is_within_its_span(database: Postgres, spans: Spans) -> None:
    async def lines() -> AsyncIterator[bytes]:
        vedette.tracer.span("inside").finish()
        yield b"4\td\n"

    async with connected(database, spans) as connection:
        assert await connection.copy_to_table("users", source=lines()) == "COPY 1"
    copied, inside = spans()
    assert copied["resource"].startswith("COPY")
    assert inside["parent"] == "postgres.query"


async def test_an_error_is_the_drivers_own(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        with pytest.raises(asyncpg.UndefinedTableError) as raised:
            await connection.fetch("select * from nowhere")
        assert await connection.fetchval("select 1") == 1
    assert raised.value.__context__ is None
    failed, _ = spans()
    kind, message = failed.pop("failure")
    assert (kind, message) == ("asyncpg.exceptions.UndefinedTableError", 'relation "nowhere" does not exist')
    assert failed == {**database.span("select * from nowhere"), "error": True}


async def test_errors_while_a_statement_runs(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        statement = await connection.prepare("select 1 / $1::int")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await statement.fetch(0)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.executemany("select 1 / $1::int", [(1,), (0,)])
    assert [span["error"] for span in spans()] == [True, True]


async def test_timeouts_are_the_callers(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetch("select pg_sleep(5)", timeout=0.05)
        assert await connection.fetchval("select 1") == 1
    slow, _ = spans()
    assert slow["error"] is True
    assert slow["failure"][0].endswith("TimeoutError")


async def test_cancellation_goes_through(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        task = asyncio.ensure_future(connection.fetch("select pg_sleep(5)"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await connection.fetchval("select 1") == 1
    assert [span.get("failure", [""])[0] for span in spans()] == ["asyncio.exceptions.CancelledError", ""]


async def test_statements_on_a_closed_connection(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        pass
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await connection.execute("select 1")
    span = spans.one()
    assert (span["error"], span["resource"]) == (True, "select 1")


async def test_what_is_no_statement_is_refused_by_the_driver(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        for odd in (None, 7, b"select 1"):
            with pytest.raises((TypeError, AttributeError, asyncpg.PostgresError)):
                await connection.fetch(odd)
        with pytest.raises(TypeError):
            await connection.execute()


async def test_pools(database: Postgres, spans: Spans) -> None:
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=1) as pool:
        assert spans() == [database.step("postgres.connect")]
        assert await pool.fetchval("select 1") == 1
        async with pool.acquire() as connection:
            assert isinstance(connection, asyncpg.Connection)
            await connection.executemany("insert into users values ($1, 'x')", [(1,)])
    texts = [span["resource"] for span in spans()]
    assert [text for text in texts if not text.startswith("SELECT pg_advisory_unlock_all")] == [
        "select 1",
        "insert into users values ($1, 'x')",
    ]


async def test_many_at_once_do_not_mix(database: Postgres, spans: Spans) -> None:
    async def asked(pool: Any, number: int) -> None:
        with vedette.tracer.span(f"work {number}"):
            assert await pool.fetchval("select $1::int", number) == number

    async with asyncpg.create_pool(database.dsn, min_size=2, max_size=2) as pool:
        await asyncio.gather(*(asked(pool, number) for number in range(6)))
    parents = [span["parent"] for span in spans() if span["resource"] == "select $1::int"]
    assert sorted(parents) == [f"work {number}" for number in range(6)]


async def test_types_that_the_driver_asks_about_make_no_spans(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        await connection.execute("create type mood as enum ('sad', 'glad')")
        assert await connection.fetchval("select 'sad'::mood") == "sad"
    assert [span["resource"] for span in spans()] == [
        "create type mood as enum ('sad', 'glad')",
        "select 'sad'::mood",
    ]


async def test_comments_for_the_database(database: Postgres, spans: Spans) -> None:
    """Only in what is not prepared: the driver finds by its text what it has prepared before."""
    comments = Comments("full", "shop", None, None)
    Query.listen(comments)
    try:
        async with connected(database, spans) as connection:
            await connection.execute("create temporary table asked as select current_query() as text")
            text = await connection.fetchval("select text from asked")
            assert await connection.fetchval("select current_query()") == "select current_query()"
    finally:
        Query.unlisten(comments)
    made, *others = spans()
    assert re.match(r"/\*dddb='test_\d+',.*,traceparent='00-[0-9a-f]{32}-[0-9a-f]{16}-01'\*/ create temporary", text)
    assert made == database.span(
        "create temporary table asked as select current_query() as text", **{"_dd.dbm_trace_injected": "true"}
    )
    assert not any("_dd.dbm_trace_injected" in span["attributes"] for span in others)


class OwnConnection(asyncpg.Connection):
    async def fetch(self, query: str, *arguments: Any, **named: Any) -> Any:
        return await super().fetch("select " + query, *arguments, **named)


class OwnRecord(asyncpg.Record):
    def __getattr__(self, name: str) -> Any:
        return self[name]


async def test_classes_of_the_application(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans, connection_class=OwnConnection, record_class=OwnRecord) as connection:
        assert type(connection) is OwnConnection
        rows = await connection.fetch("1 as one")
        assert (type(rows[0]), rows[0].one) == (OwnRecord, 1)
    assert spans() == [database.span("select 1 as one", 1)]


async def test_statements_belong_to_what_is_active(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        with vedette.tracer.span("work"):
            await connection.fetch("select 1")
    assert spans()[1] == {**database.span("select 1", 1), "parent": "work"}


async def test_facts_are_asked_once(database: Postgres, spans: Spans) -> None:
    async with connected(database, spans) as connection:
        await connection.fetch("select 1")
        connection._addr = ("elsewhere", 1)
        await connection.fetch("select 2")
    assert {span["attributes"]["server.address"] for span in spans()} == {database.tags["server.address"]}


def test_it_stays_as_it_was() -> None:
    assert inspect.iscoroutinefunction(asyncpg.connect)
    assert inspect.iscoroutinefunction(asyncpg.Connection.execute)
    assert list(inspect.signature(asyncpg.Connection.execute).parameters) == ["self", "query", "args", "timeout"]
    assert list(inspect.signature(asyncpg.connect).parameters)[:3] == ["dsn", "host", "port"]
    assert pickle.loads(pickle.dumps(asyncpg.connect)) is asyncpg.connect
    assert pickle.loads(pickle.dumps(asyncpg.Connection.execute)) is asyncpg.Connection.execute


async def test_switched_off_it_makes_no_spans(database: Postgres, spans: Spans) -> None:
    from vedette.lifecycle import running

    state = running()
    assert state is not None
    state.registry.uninstrument("asyncpg")
    try:
        async with connected(database, spans) as connection:
            await connection.fetch("select 1")
            await connection.execute("select 1")
        assert spans() == []
    finally:
        state.registry.instrument("asyncpg")
