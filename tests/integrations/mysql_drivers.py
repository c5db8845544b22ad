"""What every driver of MySQL's protocol passes: its spans, errors as its own, and results as without vedette."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.services.severed import severed
from vedette.instrument.families.statement_comments import Comments
from vedette.operations import Query

ASK = "select info from information_schema.processlist where id = connection_id()"
"""The statement as the server received it."""
INSERT = "insert into users values (%s, %s)"
UPDATE = "update users set name = %s where id = %s + 1000"


@contextlib.contextmanager
def comments() -> Iterator[None]:
    """Statements carry comments for the monitoring of databases."""
    listener = Comments("full", "shop", "test", "1.2")
    Query.listen(listener)
    try:
        yield
    finally:
        Query.unlisten(listener)


class Driver:
    """Who the driver is. Classes of tests derive from `Synchronous` or `Asynchronous`, and say it; the fixture
    `database` is that of their module.
    """

    integration: str
    vendor = "mysql"
    module: str
    """What the names of transactions begin with."""
    connecting: str
    """The name of the span of `connect`, where that is asked for."""
    keyword = "query"
    """What `execute` calls its statement."""
    error: str
    """The type of an error in a statement, as spans call it."""
    tells_rows = True
    """Whether a cursor knows how many rows it selected before it is asked for them."""

    remembers = True
    """Whether it is known what a cursor's rows were selected by."""

    def connect(self, **options: Any) -> Any:
        """A new connection (or what is awaited for one)."""
        raise NotImplementedError

    @property
    def errors(self) -> Any:
        """Where the driver's errors are."""
        raise NotImplementedError

    def selected(self, count: int) -> int | None:
        return count if self.tells_rows else None

    def changed(self, count: int) -> int | None:
        """What a cursor says of statements that changed so many rows."""
        return count

    def failed(self, database: MySQL, span: dict[str, Any], text: str) -> None:
        kind, message = span.pop("failure")
        assert kind == self.error
        assert "nowhere' doesn't exist" in message
        assert span == {**database.span(text), "error": True}


class Synchronous(Driver):
    """The tests of a driver that waits for its server."""

    @pytest.fixture
    def connection(self, database: MySQL) -> Iterator[Any]:
        made = self.prepared(database)
        yield made
        made.close()

    def prepared(self, database: MySQL) -> Any:
        """A connection that has run its first statement (drivers ask the server for this and that then)."""
        made = self.connect(**database.options)
        cursor = made.cursor()
        cursor.execute("select %s", (1,))
        cursor.fetchall()
        cursor.close()
        return made

    def test_a_statement_is_one_span(self, connection: Any, database: MySQL, spans: Spans) -> None:
        cursor = connection.cursor()
        cursor.execute("select %s union select 2", (1,))
        assert list(cursor.fetchall()) == [(1,), (2,)]
        cursor.close()
        assert spans() == [database.span("select %s union select 2", self.selected(2))]

    def test_a_statement_by_its_keyword(self, connection: Any, database: MySQL, spans: Spans) -> None:
        cursor = connection.cursor()
        cursor.execute(**{self.keyword: "select 1"})
        assert list(cursor.fetchall()) == [(1,)]
        assert spans() == [database.span("select 1", self.selected(1))]

    @pytest.mark.parametrize(("statement", "rows"), [(INSERT, 2), (UPDATE, 0)])
    def test_many_sets_of_parameters_are_one_span(
        self, connection: Any, database: MySQL, spans: Spans, statement: str, rows: int
    ) -> None:
        """As one statement where it can be made one, as many where it can't: the driver's own calls are not told."""
        connection.cursor().executemany(statement, [(1, "2"), (2, "3")])
        connection.rollback()
        assert spans()[:-1] == [database.many(statement, self.changed(rows))]

    def rows(self, cursor: Any, statement: str) -> list[Any]:
        """All that a statement selects."""
        cursor.execute(statement)
        return list(cursor.fetchall())

    def test_comments_for_the_monitoring_of_databases(self, connection: Any, database: MySQL, spans: Spans) -> None:
        with comments():
            ((received,),) = self.rows(connection.cursor(), ASK)
        name = database.tags["db.namespace"]
        assert received.startswith(
            f"/*dddb='{name}',dddbs='{database.span('')['service']}',dde='test',ddh='127.0.0.1',"
        )
        assert received.endswith(f"-01'*/ {ASK}")
        assert spans() == [database.span(ASK, self.selected(1), **{"_dd.dbm_trace_injected": "true"})]

    def test_procedures(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor()
        cursor.callproc("twice", (21,))
        assert self.of_procedure(cursor) == [(42,)]
        assert spans.one()["resource"] == "twice"

    def of_procedure(self, cursor: Any) -> list[Any]:
        """The rows of a procedure's result."""
        rows = list(cursor.fetchall())
        while cursor.nextset():
            pass
        return rows

    def test_called_procedures(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor()
        cursor.execute("call twice(21)")
        assert list(cursor.fetchall()) == [(42,)]
        while cursor.nextset():
            pass
        assert spans.one()["resource"] == "call twice(21)"

    def test_commit_and_rollback(self, connection: Any, database: MySQL, spans: Spans) -> None:
        connection.commit()
        connection.rollback()
        names = (f"{self.module}.connection.commit", f"{self.module}.connection.rollback")
        assert spans() == [database.transaction(name) for name in names]

    def test_what_is_rolled_back_is_gone(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor()
        cursor.execute("insert into users values (77, 'gone')")
        connection.rollback()
        cursor.execute("select count(*) from users where id = 77")
        assert list(cursor.fetchall()) == [(0,)]
        assert len(spans()) == 3

    def test_an_error_is_the_drivers_own(self, connection: Any, database: MySQL, spans: Spans) -> None:
        cursor = connection.cursor()
        with pytest.raises(self.errors.ProgrammingError) as raised:
            cursor.execute("select * from nowhere")
        assert raised.value.errno == 1146 if hasattr(raised.value, "errno") else raised.value.args[0] == 1146
        self.failed(database, spans.one(), "select * from nowhere")
        cursor.execute("select 1")
        assert list(cursor.fetchall()) == [(1,)]

    def test_a_closed_cursor_and_a_closed_connection(self, database: MySQL, spans: Spans) -> None:
        connection = self.prepared(database)
        closed, open_one = connection.cursor(), connection.cursor()
        closed.close()
        spans()
        with pytest.raises(self.errors.Error):
            closed.execute("select 1")
        connection.close()
        with pytest.raises((self.errors.Error, ReferenceError)):
            open_one.execute("select 1")
        assert [span["error"] for span in spans()] == [True, True]

    @pytest.mark.parametrize("after", [0, 3, 40])
    def test_a_server_that_closes_in_the_middle_of_an_answer(self, database: MySQL, spans: Spans, after: int) -> None:
        with severed(database.options["port"]) as way:
            connection = self.prepared(_by(database, way.port))
            cursor = connection.cursor()
            spans()
            way.cut(after)
            with pytest.raises(self.errors.Error):
                self.rows(cursor, "select repeat('x', 100000)")
            (span,) = spans()
        assert span["attributes"]["server.port"] == way.port
        assert span["resource"] == "select repeat('x', 100000)"

    def test_statements_descend_from_what_is_active(self, connection: Any, spans: Spans) -> None:
        with vedette.tracer.span("work"):
            connection.cursor().execute("select 1")
        assert [span.get("parent") for span in spans()] == [None, "work"]

    def test_reading_rows_makes_no_spans_unless_asked(self, database: MySQL, spans: Spans, declared_again: Any) -> None:
        with declared_again(self.integration, trace_fetch_methods=True):
            connection = self.prepared(database)
            spans()
            cursor = connection.cursor()
            cursor.execute("select 1 union select 2 union select 3")
            cursor.fetchone()
            cursor.fetchmany(1)
            cursor.fetchall()
            connection.close()
        names = [f"{self.vendor}.query.{name}" for name in ("fetchone", "fetchmany", "fetchall")]
        found = [(span["name"], span["resource"], span["type"]) for span in spans()[1:]]
        assert found == [(name, "select 1 union select 2 union select 3", "sql") for name in names]

    def test_connecting_makes_a_span_when_asked(self, database: MySQL, spans: Spans, declared_again: Any) -> None:
        with declared_again(self.integration, trace_connect=True):
            self.connect(**database.options).close()
        assert spans()[0] == database.step(self.connecting)

    def test_connecting_in_vain_is_the_drivers_error(self, spans: Spans) -> None:
        with pytest.raises(self.errors.Error):
            self.connect(host="127.0.0.1", port=1, user="nobody")
        assert spans() == []


class Asynchronous(Driver):
    """The tests of a driver that is awaited. `self.run` gives a connection to a coroutine function."""

    def run(self, database: MySQL, use: Callable[[Any], Any]) -> Any:
        async def within() -> Any:
            connection = await self.prepared(database)
            try:
                return await use(connection)
            finally:
                await self.close(connection)

        return asyncio.run(within())

    async def prepared(self, database: MySQL) -> Any:
        """A connection that has run its first statement, if the driver then asks the server for this and that."""
        return await self.connect(**database.options)

    async def close(self, connection: Any) -> None:
        """Ends a connection."""
        connection.close()

    async def cursor(self, connection: Any, *kinds: Any) -> Any:
        """A cursor."""
        return connection.cursor(*kinds)

    async def closed(self, connection: Any) -> None:
        """After it the connection is of no use."""
        await self.close(connection)

    async def rows(self, cursor: Any, statement: str) -> list[Any]:
        """All that a statement selects."""
        await cursor.execute(statement)
        return list(await cursor.fetchall())

    def test_comments_for_the_monitoring_of_databases(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            return await self.rows(await self.cursor(connection), ASK)

        with comments():
            ((received,),) = self.run(database, use)
        assert received.startswith("/*dddb=")
        assert received.endswith(f"-01'*/ {ASK}")
        assert spans() == [database.span(ASK, self.selected(1), **{"_dd.dbm_trace_injected": "true"})]

    def test_a_statement_is_one_span(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            cursor = await self.cursor(connection)
            await cursor.execute("select %s union select 2", (1,))
            rows = list(await cursor.fetchall())
            await cursor.close()
            return rows

        assert self.run(database, use) == [(1,), (2,)]
        assert spans() == [database.span("select %s union select 2", self.selected(2))]

    def test_a_statement_by_its_keyword(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            cursor = await self.cursor(connection)
            await cursor.execute(**{self.keyword: "select 1"})
            return list(await cursor.fetchall())

        assert self.run(database, use) == [(1,)]
        assert spans() == [database.span("select 1", self.selected(1))]

    @pytest.mark.parametrize(("statement", "rows"), [(INSERT, 2), (UPDATE, 0)])
    def test_many_sets_of_parameters_are_one_span(
        self, database: MySQL, spans: Spans, statement: str, rows: int
    ) -> None:
        async def use(connection: Any) -> None:
            await (await self.cursor(connection)).executemany(statement, [(1, "2"), (2, "3")])
            await connection.rollback()

        self.run(database, use)
        assert spans()[:-1] == [database.many(statement, rows)]

    def test_procedures(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            cursor = await self.cursor(connection)
            await cursor.callproc("twice", (21,))
            return await self.of_procedure(cursor)

        assert self.run(database, use) == [(42,)]
        assert spans.one()["resource"] == "twice"

    async def of_procedure(self, cursor: Any) -> list[Any]:
        """The rows of a procedure's result."""
        return list(await cursor.fetchall())

    def test_commit_and_rollback(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> None:
            await connection.commit()
            await connection.rollback()

        self.run(database, use)
        names = (f"{self.module}.connection.commit", f"{self.module}.connection.rollback")
        assert spans() == [database.transaction(name) for name in names]

    def test_an_error_is_the_drivers_own(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> Any:
            cursor = await self.cursor(connection)
            with pytest.raises(self.errors.ProgrammingError) as raised:
                await cursor.execute("select * from nowhere")
            return raised.value

        assert 1146 in self.run(database, use).args
        self.failed(database, spans.one(), "select * from nowhere")

    def test_a_closed_connection(self, database: MySQL, spans: Spans) -> None:
        async def use(connection: Any) -> None:
            cursor = await self.cursor(connection)
            await self.closed(connection)
            with pytest.raises((self.errors.Error, ReferenceError, AttributeError)):
                await cursor.execute("select 1")

        self.run(database, use)
        assert spans()[0]["error"] is True

    @pytest.mark.parametrize("after", [0, 3, 40])
    def test_a_server_that_closes_in_the_middle_of_an_answer(self, database: MySQL, spans: Spans, after: int) -> None:
        with severed(database.options["port"]) as way:

            async def use() -> None:
                connection = await self.prepared(_by(database, way.port))
                cursor = await self.cursor(connection)
                way.cut(after)
                with pytest.raises((self.errors.Error, OSError, EOFError)):
                    await self.rows(cursor, "select repeat('x', 100000)")

            asyncio.run(use())
        span = next(span for span in spans() if span["resource"] == "select repeat('x', 100000)")
        assert span["attributes"]["server.port"] == way.port

    def test_statements_that_run_at_the_same_time(self, database: MySQL, spans: Spans) -> None:
        async def one(number: int) -> None:
            connection = await self.connect(**database.options)
            with vedette.tracer.span(f"work {number}"):
                cursor = await self.cursor(connection)
                await cursor.execute(f"select sleep(0.1), {number}")
                await cursor.fetchall()
            await self.close(connection)

        async def use() -> None:
            await asyncio.gather(*map(one, range(3)))

        asyncio.run(use())
        told = {span["resource"]: span["parent"] for span in spans() if "sleep" in span["resource"]}
        assert told == {f"select sleep(0.1), {number}": f"work {number}" for number in range(3)}

    def test_a_statement_that_is_cancelled(self, database: MySQL, spans: Spans) -> None:
        async def use() -> None:
            connection = await self.prepared(database)
            cursor = await self.cursor(connection)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(cursor.execute("select sleep(5)"), 0.1)

        asyncio.run(use())
        span = spans()[0]
        assert span["resource"] == "select sleep(5)"
        assert span["error"] is True

    def test_reading_rows_makes_no_spans_unless_asked(self, database: MySQL, spans: Spans, declared_again: Any) -> None:
        async def use(connection: Any) -> None:
            cursor = await self.cursor(connection)
            await cursor.execute("select 1 union select 2 union select 3")
            await cursor.fetchone()
            await cursor.fetchmany(1)
            await cursor.fetchall()

        with declared_again(self.integration, trace_fetch_methods=True):
            self.run(database, use)
        names = [f"{self.vendor}.query.{name}" for name in ("fetchone", "fetchmany", "fetchall")]
        found = [(span["name"], span["resource"], span["type"]) for span in spans()[1:]]
        read = "select 1 union select 2 union select 3"
        assert found == [(name, read if self.remembers else name, "sql") for name in names]

    def test_connecting_makes_a_span_when_asked(self, database: MySQL, spans: Spans, declared_again: Any) -> None:
        async def use() -> None:
            await self.close(await self.connect(**database.options))

        with declared_again(self.integration, trace_connect=True):
            asyncio.run(use())
        assert spans()[0] == database.step(self.connecting)

    def test_connecting_in_vain_is_the_drivers_error(self, spans: Spans) -> None:
        async def use() -> None:
            await self.connect(host="127.0.0.1", port=1, user="nobody")

        with pytest.raises((self.errors.Error, OSError)):
            asyncio.run(use())
        assert spans() == []


def _by(database: MySQL, port: int) -> Any:
    """The same database by another way."""
    other = copy.copy(database)
    other.options = {**database.options, "port": port}
    return other
