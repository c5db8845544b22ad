"""aiopg: its spans last until the answer, and psycopg2 below it makes none of its own."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import sys
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.services.postgresql import PostgreSQL
from vedette.lifecycle import running

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of old versions, about forms of Python that are going away
    aiopg = pytest.importorskip("aiopg")
import psycopg2
from psycopg2 import sql

VERSION = tuple(int(part) for part in aiopg.__version__.split(".")[:2])
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.skipif(
        VERSION < (1, 2) and sys.version_info >= (3, 10), reason="before 1.2 it can't connect on Python 3.10 and newer"
    ),
]
SLEEP = "select pg_sleep(0.2)"


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "aiopg")


@pytest.fixture
async def connection(database: Postgres, spans: Spans) -> AsyncIterator[Any]:
    made = await aiopg.connect(database.dsn, enable_hstore=False)
    yield made
    await made.close()


@pytest.fixture
async def cursor(connection: Any) -> Any:
    return await connection.cursor()


async def test_a_statement_is_one_span(cursor: Any, database: Postgres, spans: Spans) -> None:
    await cursor.execute("select %s::int union select 8", (7,))
    assert sorted(await cursor.fetchall()) == [(7,), (8,)]
    assert spans() == [database.span("select %s::int union select 8", 2)]


async def test_a_statement_lasts_until_its_answer(cursor: Any, spans: Spans) -> None:
    await cursor.execute(SLEEP)
    assert spans.one()["resource"] == SLEEP
    assert 0.19e9 < spans.last[0]["duration"] < 5e9


async def test_statements_by_keyword_composed_and_in_bytes(cursor: Any, database: Postgres, spans: Spans) -> None:
    await cursor.execute(operation="select 1")
    await cursor.execute(sql.SQL("select {}").format(sql.Literal("a'b")))
    await cursor.execute(b"select 3")
    texts = ["select 1", "select 'a''b'", "select 3"]
    assert spans() == [database.span(text, 1) for text in texts]


async def test_procedures(cursor: Any, database: Postgres, spans: Spans) -> None:
    await cursor.callproc("version")
    assert (await cursor.fetchone())[0].startswith("PostgreSQL")
    assert spans() == [database.span("version", 1)]


async def test_what_the_driver_can_not_do_is_its_own_error(cursor: Any, spans: Spans) -> None:
    with pytest.raises(psycopg2.ProgrammingError):
        await cursor.executemany("insert into users values (%s, 'x')", [(1,)])
    assert spans() == []


async def test_transactions_are_statements(connection: Any, database: Postgres, spans: Spans) -> None:
    cursor = await connection.cursor()
    async with cursor.begin():
        await cursor.execute("select 1")
    begin, selected, commit = (span["resource"] for span in spans())
    assert (begin.split()[0], selected, commit) == ("BEGIN", "select 1", "COMMIT")


async def test_an_error_is_the_drivers_own(cursor: Any, database: Postgres, spans: Spans) -> None:
    with pytest.raises(psycopg2.ProgrammingError) as raised:
        await cursor.execute("select * from nowhere")
    assert raised.value.__context__ is None
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "psycopg2.errors.UndefinedTable"
    assert message.startswith('relation "nowhere" does not exist')
    assert span == {**database.span("select * from nowhere"), "error": True}


async def test_timeouts_are_the_callers(cursor: Any, spans: Spans) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await cursor.execute("select pg_sleep(5)", timeout=0.05)
    span = spans.one()
    assert (span["resource"], span["error"]) == ("select pg_sleep(5)", True)


async def test_cancellation_goes_through(cursor: Any, spans: Spans) -> None:
    task = asyncio.ensure_future(cursor.execute("select pg_sleep(5)"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert spans.one()["failure"][0] == "asyncio.exceptions.CancelledError"


async def test_statements_on_a_closed_connection(connection: Any, spans: Spans) -> None:
    cursor = await connection.cursor()
    await connection.close()
    with pytest.raises(psycopg2.Error, match="closed"):
        await cursor.execute("select 1")
    span = spans.one()
    assert (span["error"], span["resource"]) == (True, "select 1")


@pytest.mark.skipif(VERSION < (1, 0), reason="pools of old versions don't work on Python 3.9")
async def test_pools(database: Postgres, spans: Spans) -> None:
    pooled = aiopg.create_pool(database.dsn, minsize=1, maxsize=2, enable_hstore=False)
    async with pooled as pool, pool.acquire() as connection, connection.cursor() as cursor:
        await cursor.execute("select 1")
        assert [row async for row in cursor] == [(1,)]
    assert spans() == [database.span("select 1", 1)]


@pytest.mark.skipif(VERSION < (1, 0), reason="pools of old versions don't work on Python 3.9")
async def test_many_at_once_do_not_mix(database: Postgres, spans: Spans) -> None:
    async def asked(pool: Any, number: int) -> None:
        with vedette.tracer.span(f"work {number}"):
            async with pool.acquire() as connection, connection.cursor() as cursor:
                await cursor.execute("select %s::int", (number,))
                assert await cursor.fetchone() == (number,)

    async with aiopg.create_pool(database.dsn, minsize=2, maxsize=2, enable_hstore=False) as pool:
        await asyncio.gather(*(asked(pool, number) for number in range(6)))
    parents = [span["parent"] for span in spans() if span["resource"] == "select %s::int"]
    assert sorted(parents) == [f"work {number}" for number in range(6)]


async def test_what_the_driver_asks_when_it_connects(database: Postgres, spans: Spans) -> None:
    """It looks for the numbers of hstore's types, unless it is told not to: a statement like any other."""
    connection = await aiopg.connect(database.dsn)
    await connection.close()
    span = spans.one()
    assert span["resource"].strip().startswith("SELECT t.oid")
    assert span["attributes"]["component"] == "aiopg"


async def test_psycopg2_by_itself_goes_on_making_spans(database: Postgres, spans: Spans) -> None:
    with psycopg2.connect(database.dsn) as connection:
        connection.cursor().execute("select 1")
    connection.close()
    assert [span["attributes"]["component"] for span in spans()] == ["psycopg", "psycopg"]


async def test_switched_off_psycopg2_tells_what_it_sees(database: Postgres, spans: Spans) -> None:
    state = running()
    assert state is not None
    state.registry.uninstrument("aiopg")
    try:
        connection = await aiopg.connect(database.dsn, enable_hstore=False)
        cursor = await connection.cursor()
        await cursor.execute("select 1")
        await connection.close()
        assert [span["attributes"]["component"] for span in spans()] == ["psycopg"]
    finally:
        state.registry.instrument("aiopg")


def test_it_stays_as_it_was() -> None:
    execute = aiopg.Cursor.execute
    assert inspect.iscoroutinefunction(execute) or inspect.isgeneratorfunction(inspect.unwrap(execute))
    assert list(inspect.signature(execute).parameters) == ["self", "operation", "parameters", "timeout"]
    assert pickle.loads(pickle.dumps(execute)) is execute
