"""asyncmy: its spans, and that the library takes the cursors for its own."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
from typing import Any

import pytest

from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.integrations.mysql_drivers import ASK, Asynchronous, comments
from tests.services.mariadb import MariaDB

asyncmy = pytest.importorskip("asyncmy")

from asyncmy import cursors, errors  # noqa: E402  (only where it is installed)
from asyncmy.connection import Connection  # noqa: E402

CACHES = "stmt_cache_size" in inspect.signature(Connection).parameters
"""Whether statements can be prepared and kept."""


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "mysql", "mysql", "asyncmy")


class TestAsyncmy(Asynchronous):
    integration = module = "asyncmy"
    connecting = "asyncmy.connect"
    errors = errors
    error = "asyncmy.errors.ProgrammingError"
    remembers = False  # its cursors can't be referred to weakly

    async def connect(self, **options: Any) -> Any:
        return await asyncmy.connect(**options)

    @pytest.mark.parametrize("name", ["Cursor", "DictCursor", "SSCursor", "SSDictCursor"])
    def test_kinds_of_cursors(self, database: MySQL, spans: Spans, name: str) -> None:
        kind = getattr(cursors, name)

        async def use(connection: Any) -> Any:
            async with connection.cursor(cursor=kind) as cursor:
                assert isinstance(cursor, kind)
                assert type(cursor).__name__ == name
                await cursor.execute("select 1 as one")
                return [row async for row in cursor]

        assert self.run(database, use) in ([(1,)], [{"one": 1}])
        span = spans.one()
        assert span["resource"] == "select 1 as one"
        assert span["attributes"].get("db.response.returned_rows") in ((None, 0) if name.startswith("SS") else (1,))

    def test_classes_of_cursors_that_connections_prefer(self, database: MySQL, spans: Spans) -> None:
        async def use() -> Any:
            connection = await asyncmy.connect(cursor_cls=OwnCursor, **database.options)
            async with connection.cursor() as cursor:
                assert isinstance(cursor, OwnCursor)
                await cursor.execute("1 as one")
                rows = await cursor.fetchall()
            connection.close()
            return rows

        assert asyncio.run(use()) == [{"one": 1}]
        assert spans() == [database.span("select 1 as one", 1)]

    def test_pools(self, database: MySQL, spans: Spans) -> None:
        async def use() -> None:
            async with asyncmy.create_pool(minsize=1, maxsize=1, **database.options) as pool:
                for number in range(2):
                    async with pool.acquire() as connection, connection.cursor() as cursor:
                        await cursor.execute("select %s", (number,))
                        assert await cursor.fetchall() in (((number,),), [(number,)])

        asyncio.run(use())
        assert spans() == [database.span("select %s", 1)] * 2

    @pytest.mark.skipif(not CACHES, reason="this version keeps no prepared statements")
    @pytest.mark.parametrize("name", ["Cursor", "DictCursor"])
    def test_prepared_statements(self, database: MySQL, spans: Spans, name: str) -> None:
        async def use() -> list[Any]:
            connection = await asyncmy.connect(stmt_cache_size=10, **database.options)
            rows = []
            async with connection.cursor(getattr(cursors, name)) as cursor:
                for number in range(3):
                    await cursor.execute("select %s + 1 as n", (number,))
                    rows += await cursor.fetchall()
                await cursor.executemany("insert into users values (%s, %s)", [(1, "a"), (2, "b")])
            connection.close()
            return rows

        rows = asyncio.run(use())
        assert [int(row["n"] if name == "DictCursor" else row[0]) for row in rows] == [1, 2, 3]
        assert spans() == [
            *([database.span("select %s + 1 as n", 1)] * 3),
            database.many("insert into users values (%s, %s)", 2),
        ]

    @pytest.mark.skipif(not CACHES, reason="this version keeps no prepared statements")
    def test_statements_that_may_be_prepared_have_no_comments(self, database: MySQL) -> None:
        async def use() -> list[Any]:
            connection = await asyncmy.connect(stmt_cache_size=10, **database.options)
            rows = await self.rows(connection.cursor(), ASK)
            connection.close()
            return rows

        with comments():
            assert asyncio.run(use()) == [(ASK,)]

    def test_several_statements_at_once(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            cursor = connection.cursor()
            await cursor.execute("select 1; select 2")
            first = list(await cursor.fetchall())
            assert await cursor.nextset()
            return [*first, *await cursor.fetchall()]

        assert self.run(database, use) == [(1,), (2,)]
        assert [span["resource"] for span in spans()] == ["select 1; select 2"]

    def test_what_connections_log(self, database: MySQL, caplog: pytest.LogCaptureFixture) -> None:
        async def use() -> None:
            connection = await asyncmy.connect(echo=True, **database.options)
            await connection.cursor().execute("select 1")
            connection.close()

        with caplog.at_level(logging.INFO, "asyncmy"):
            asyncio.run(use())
        assert "select 1" in caplog.text

    def test_it_stays_as_it_was(self, database: MySQL) -> None:
        async def use(connection: Any) -> Any:
            return connection.cursor()

        cursor = self.run(database, use)
        assert isinstance(cursor, cursors.Cursor)
        assert (type(cursor).__name__, type(cursor).__module__) == ("Cursor", cursors.Cursor.__module__)
        assert not hasattr(cursor, "__dict__")
        assert inspect.iscoroutinefunction(type(cursor).execute)
        assert type(cursor).execute.__doc__ == cursors.Cursor.execute.__doc__
        assert pickle.loads(pickle.dumps(Connection.commit)) is Connection.commit
        assert pickle.loads(pickle.dumps(Connection.cursor)) is Connection.cursor


class OwnCursor(cursors.DictCursor):  # type: ignore[misc, name-defined]
    async def execute(self, query: str, args: Any = None) -> Any:
        return await super().execute(f"select {query}", args)
