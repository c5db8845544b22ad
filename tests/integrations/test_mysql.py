"""MySQL Connector/Python: its spans, and that it stays as it was; pure, with the C extension, and asynchronous."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import pickle
from typing import Any

import pytest

from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.integrations.mysql_drivers import ASK, Asynchronous, Synchronous, comments
from tests.services.mariadb import MariaDB
from vedette import _native

connector = pytest.importorskip("mysql.connector")

from mysql.connector import constants, errors, pooling  # noqa: E402  (only where it is installed)
from mysql.connector import cursor as cursors  # noqa: E402

try:
    import mysql.connector.aio as asynchronous
except ImportError:
    asynchronous = None

VERSION = connector.version.VERSION[:3]
MULTI = "multi" in inspect.signature(cursors.MySQLCursor.execute).parameters
PLAIN = {"charset": "utf8", "auth_plugin": "mysql_native_password"}
"""What old versions need to know of a new server."""
UNENCRYPTED = {**PLAIN, "ssl_disabled": True}
"""The driver takes it for granted that a server can encrypt."""
KINDS = [
    ({}, (1,)),
    ({"buffered": True}, (1,)),
    ({"raw": True}, (b"1",)),
    ({"dictionary": True}, {"one": 1}),
    ({"buffered": True, "dictionary": True}, {"one": 1}),
    ({"prepared": True}, (1,)),
]


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "mysql", "mysql", "mysql")


class Common:
    """Both kinds of connections, and their cursors."""

    integration = module = "mysql"
    connecting = "mysql.connect"
    keyword = "operation"
    errors = errors
    error = "mysql.connector.errors.ProgrammingError"
    tells_rows = False


class Waiting(Common, Synchronous):
    """The tests of both kinds of connections that wait."""

    pure = True

    def connect(self, **options: Any) -> Any:
        return connector.connect(use_pure=self.pure, **PLAIN, **options)

    def of_procedure(self, cursor: Any) -> list[Any]:
        return [row for result in cursor.stored_results() for row in result.fetchall()]

    @pytest.mark.skipif(MULTI, reason="in this version several results must be asked for")
    def test_called_procedures(self, connection: Any, spans: Spans) -> None:
        super().test_called_procedures(connection, spans)

    @pytest.mark.parametrize(("kind", "row"), KINDS)
    def test_kinds_of_cursors(self, connection: Any, spans: Spans, kind: dict[str, Any], row: Any) -> None:
        if not self.pure and "raw" in kind:
            row = (bytearray(b"1"),)
        cursor = connection.cursor(**kind)
        cursor.execute("select 1 as one")
        assert list(cursor.fetchall()) == [row]
        cursor.close()
        assert [span["resource"] for span in spans()] == ["select 1 as one"]

    def test_prepared_statements_have_no_comments(self, connection: Any) -> None:
        with comments():
            rows = self.rows(connection.cursor(prepared=True), ASK)
        assert [text if isinstance(text, str) else text.decode() for (text,) in rows] == [ASK]

    def test_prepared_statements(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor(prepared=True)
        rows = []
        for number in range(3):
            cursor.execute("select %s + 1", (number,))
            rows += cursor.fetchall()
        cursor.executemany("insert into users values (%s, %s)", [(5, "a"), (6, "b")])
        cursor.close()
        connection.rollback()
        assert [int(row[0]) for row in rows] == [1, 2, 3]
        assert [span["resource"] for span in spans()][:-1] == [
            *(["select %s + 1"] * 3),
            "insert into users values (%s, %s)",
        ]

    def test_cursors_of_the_application(self, connection: Any, spans: Spans) -> None:
        base = type(connection.cursor(dictionary=True))

        class OwnCursor(base):  # type: ignore[misc, valid-type]
            def execute(self, operation: str, *args: Any, **kwargs: Any) -> Any:
                return super().execute(f"select {operation}", *args, **kwargs)

        cursor = connection.cursor(cursor_class=OwnCursor)
        cursor.execute("1 as one")
        assert cursor.fetchall() == [{"one": 1}]
        assert [span["resource"] for span in spans()] == ["select 1 as one"]

    def test_pools(self, database: MySQL, spans: Spans) -> None:
        known = {"use_pure": self.pure} if "use_pure" in constants.DEFAULT_CONFIGURATION else {}
        options = {**known, **PLAIN, **database.options}
        pool = pooling.MySQLConnectionPool(pool_name=f"pool{self.pure}", pool_size=1, **options)
        for _ in range(2):
            connection = pool.get_connection()
            cursor = connection.cursor()
            cursor.execute("select 1")
            cursor.fetchall()
            connection.commit()
            connection.close()
        told = [span for span in spans() if span["resource"] == "select 1" or span["name"] != "mysql.query"]
        assert (
            told == [database.span("select 1", self.selected(1)), database.transaction("mysql.connection.commit")] * 2
        )

    @pytest.mark.skipif(VERSION < (8, 0, 23), reason="this version fails in its own generator since Python 3.7")
    def test_several_statements_at_once(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor()
        text = "select 1; select 2"
        if MULTI:
            rows = [result.fetchall() for result in cursor.execute(text, multi=True)]
        else:
            cursor.execute(text)
            rows = [cursor.fetchall()]
            while cursor.nextset():
                rows.append(cursor.fetchall())
        assert rows == [[(1,)], [(2,)]]
        assert [span["resource"] for span in spans()] == [text]

    def test_it_stays_as_it_was(self, connection: Any) -> None:
        cursor = type(connection.cursor())
        assert list(inspect.signature(cursor.execute).parameters)[:3] == ["self", "operation", "params"]
        assert pickle.loads(pickle.dumps(cursor.execute)) is cursor.execute
        assert cursor.__name__ == ("MySQLCursor" if self.pure else "CMySQLCursor")
        assert "vedette" not in str(vars(connection))


class TestPure(Waiting):
    def test_a_cursor_whose_connection_is_gone(self, database: MySQL, spans: Spans) -> None:
        cursor = self.prepared(database).cursor()
        spans()
        with pytest.raises((ReferenceError, errors.Error)):
            cursor.execute("select 1")
        assert spans()[-1]["error"] is True

    def test_cursors_without_a_connection(self, spans: Spans) -> None:
        with pytest.raises((AttributeError, errors.Error)):
            cursors.MySQLCursor().execute("select 1")
        assert len(spans()) == 1


@pytest.mark.skipif(not getattr(connector, "HAVE_CEXT", False), reason="this version has no C extension here")
class TestExtension(Waiting):
    pure = False

    def selected(self, count: int) -> int:
        return 0  # what its cursors say until rows are read


@pytest.mark.skipif(asynchronous is None, reason="this version has no asynchronous connections")
class TestAsynchronous(Common, Asynchronous):
    connecting = "mysql.connect"

    async def connect(self, **options: Any) -> Any:
        return await asynchronous.connect(**UNENCRYPTED, **options)

    async def prepared(self, database: MySQL) -> Any:
        connection = await self.connect(**database.options)
        cursor = await connection.cursor()
        await cursor.execute("select %s", (1,))
        await cursor.fetchall()
        await cursor.close()
        _native.take()
        return connection

    async def close(self, connection: Any) -> None:
        with contextlib.suppress(*((RuntimeError,) if VERSION < (9,) else ())):  # until then it fails with open cursors
            await connection.close()

    async def cursor(self, connection: Any, *kinds: Any) -> Any:
        return await connection.cursor(**(kinds[0] if kinds else {}))

    async def of_procedure(self, cursor: Any) -> list[Any]:
        return [row for result in cursor.stored_results() for row in await result.fetchall()]

    @pytest.mark.parametrize(("kind", "row"), KINDS)
    def test_kinds_of_cursors(self, database: MySQL, spans: Spans, kind: dict[str, Any], row: Any) -> None:
        async def use(connection: Any) -> Any:
            cursor = await self.cursor(connection, kind)
            await cursor.execute("select 1 as one")
            rows = await cursor.fetchall()
            await cursor.close()
            return rows

        assert self.run(database, use) == [row]
        assert [span["resource"] for span in spans()] == ["select 1 as one"]

    def test_contexts(self, database: MySQL, spans: Spans) -> None:
        async def use() -> Any:
            connecting = asynchronous.connect(**UNENCRYPTED, **database.options)
            async with await connecting as connection, await connection.cursor() as cursor:
                await cursor.execute("select 1")
                return await cursor.fetchall()

        assert asyncio.run(use()) == [(1,)]
        assert [span["resource"] for span in spans()] == ["select 1"]
