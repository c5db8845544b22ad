"""aiomysql: its spans, and that it stays as it was."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any

import pytest

from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.integrations.mysql_drivers import Asynchronous
from tests.services.mariadb import MariaDB

aiomysql = pytest.importorskip("aiomysql")

import pymysql  # noqa: E402  (only where aiomysql is installed)


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "mysql", "mysql", "aiomysql")


def named(options: dict[str, Any]) -> dict[str, Any]:
    return {"db" if name == "database" else name: value for name, value in options.items()}


class TestAiomysql(Asynchronous):
    integration = module = "aiomysql"
    connecting = "aiomysql.connect"
    errors = pymysql.err
    error = "pymysql.err.ProgrammingError"

    async def connect(self, **options: Any) -> Any:
        return await aiomysql.connect(**named(options))

    async def cursor(self, connection: Any, *kinds: Any) -> Any:
        return await connection.cursor(*kinds)

    @pytest.mark.parametrize("name", ["Cursor", "DictCursor", "SSCursor", "SSDictCursor"])
    def test_kinds_of_cursors(self, database: MySQL, spans: Spans, name: str) -> None:
        async def use(connection: Any) -> Any:
            async with connection.cursor(getattr(aiomysql, name)) as cursor:
                assert type(cursor) is getattr(aiomysql, name)
                await cursor.execute("select 1 as one")
                return [row async for row in cursor]

        assert self.run(database, use) in ([(1,)], [{"one": 1}])
        span = spans.one()
        assert span["resource"] == "select 1 as one"
        assert span["attributes"].get("db.response.returned_rows") == (None if name.startswith("SS") else 1)

    def test_cursors_of_the_application(self, database: MySQL, spans: Spans) -> None:
        class OwnCursor(aiomysql.DictCursor):  # type: ignore[misc, name-defined]
            async def execute(self, query: str, args: Any = None) -> Any:
                return await super().execute(f"select {query}", args)

        async def use(connection: Any) -> Any:
            cursor = await connection.cursor(OwnCursor)
            await cursor.execute("1 as one")
            return await cursor.fetchall()

        assert self.run(database, use) == [{"one": 1}]
        assert spans() == [database.span("select 1 as one", 1)]

    def test_pools(self, database: MySQL, spans: Spans) -> None:
        async def use() -> None:
            async with aiomysql.create_pool(minsize=1, maxsize=1, **named(database.options)) as pool:
                for number in range(2):
                    async with pool.acquire() as connection, connection.cursor() as cursor:
                        await cursor.execute("select %s", (number,))

        asyncio.run(use())
        assert spans() == [database.span("select %s", 1)] * 2

    def test_many_without_parameters(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            return await (await connection.cursor()).executemany("insert into users values (%s, %s)", [])

        assert self.run(database, use) is None
        assert spans.one()["attributes"]["sql.executemany"] == "true"

    def test_pymysql_beside_it(self, database: MySQL, spans: Spans) -> None:
        """Each has spans of its own, and none of the other's."""

        async def use(connection: Any) -> None:
            await (await connection.cursor()).execute("select 1")

        self.run(database, use)
        connection = pymysql.connect(**database.options)
        connection.cursor().execute("select 2")
        connection.close()
        assert [span["attributes"]["component"] for span in spans()] == ["aiomysql", "pymysql"]

    def test_it_stays_as_it_was(self) -> None:
        execute = aiomysql.Cursor.execute
        assert list(inspect.signature(execute).parameters) == ["self", "query", "args"]
        assert inspect.iscoroutinefunction(execute)
        assert not inspect.iscoroutinefunction(aiomysql.Cursor.fetchone)
        assert pickle.loads(pickle.dumps(execute)) is execute
