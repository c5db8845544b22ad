"""Snowflake: its spans in all generations of the connector, and that it stays as it was."""

from __future__ import annotations

import inspect
import pickle
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Database
from tests.integrations.made import Spans
from tests.services.fakesnow import Snowflake
from vedette.lifecycle import running

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of old versions, about Pythons that are going away
    connector = pytest.importorskip("snowflake.connector")
from snowflake.connector import errors

pytestmark = pytest.mark.filterwarnings("ignore")
VERSION = tuple(int(part) for part in connector.__version__.split(".")[:2])
INSERT = "insert into users (id, name) values (%s, %s)"


class Sales(Database):
    """A database with a schema and a table `users`."""

    def __init__(self, server: Snowflake) -> None:
        self.server = server
        self.name = server.database()
        with connector.connect(**server.options()) as connection:
            for statement in (
                f"create database {self.name}",
                f"create schema {self.name}.SHOP",
                f"create schema {self.name}.OTHER",
                f"create table {self.name}.SHOP.users (id int, name text)",
            ):
                connection.cursor().execute(statement)
        tags = {
            "component": "snowflake",
            "db.system.name": "snowflake",
            "server.address": server.host,
            "server.port": server.port,
            "db.namespace": self.name,
            "db.schema": "SHOP",
            "db.warehouse": "COUNTER",
            "db.user": "fake",
            "db.application": "PythonConnector",
        }
        super().__init__("sql.query", "snowflake", tags)

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments of `connect`."""
        return {**self.server.options(), "database": self.name, "schema": "SHOP", "warehouse": "COUNTER"}

    def ran(self, text: str, cursor: Any, **attributes: Any) -> dict[str, Any]:
        """A statement that `cursor` has just run; the rows as the connector tells them."""
        rows = cursor.rowcount if isinstance(cursor.rowcount, int) and cursor.rowcount >= 0 else None
        return self.span(text, rows, sfqid=cursor.sfqid, **attributes)


@pytest.fixture(scope="module")
def database(snowflake_server: Snowflake) -> Sales:
    return Sales(snowflake_server)


@pytest.fixture
def connection(database: Sales, spans: Spans) -> Iterator[Any]:
    made = connector.connect(**database.options)
    made.cursor().execute("delete from users")
    spans()
    yield made
    made.close()


def test_a_statement_is_one_span(connection: Any, database: Sales, spans: Spans) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select %s::int as id", (7,)) is cursor
    assert cursor.fetchall() == [(7,)]
    assert spans() == [database.ran("select %s::int as id", cursor)]


def test_a_statement_by_its_keyword_and_in_dictionaries(connection: Any, database: Sales, spans: Spans) -> None:
    cursor = connection.cursor(connector.DictCursor)
    keyword = "operation" if VERSION >= (5, 0) else "command"
    assert cursor.execute(**{keyword: "select 1 as one"}).fetchone() == {"ONE": 1}
    assert spans() == [database.ran("select 1 as one", cursor)]


@pytest.mark.parametrize("statement", [INSERT, "update users set id = %s where name = %s"])
def test_many_sets_of_parameters_are_one_span(connection: Any, database: Sales, spans: Spans, statement: str) -> None:
    """As one statement where it can be made one, as many where it can't: the connector's own calls are not told."""
    cursor = connection.cursor()
    cursor.executemany(statement, [(1, "ann"), (2, "bob")])
    assert spans() == [database.ran(statement, cursor, **{"sql.executemany": "true"})]


def test_commit_and_rollback(connection: Any, database: Sales, spans: Spans) -> None:
    connection.commit()
    connection.rollback()
    assert spans() == [database.transaction(f"snowflake.connection.{name}") for name in ("commit", "rollback")]


def test_several_statements_in_one_text(connection: Any, spans: Spans) -> None:
    cursors = connection.execute_string("select 1; select 2")
    assert [cursor.fetchall() for cursor in cursors] == [[(1,)], [(2,)]]
    assert [span["resource"].rstrip(";") for span in spans()] == ["select 1", "select 2"]


def test_statements_that_are_not_waited_for(connection: Any, spans: Spans) -> None:
    cursor = connection.cursor()
    cursor.execute_async("select 5")
    assert spans.one()["resource"] == "select 5"


def test_connections_by_with(database: Sales, spans: Spans) -> None:
    with connector.connect(**database.options) as connection:
        assert isinstance(connection, connector.SnowflakeConnection)
        with connection.cursor() as cursor:
            assert type(cursor).__name__ == "SnowflakeCursor"
            cursor.execute("select 1")
    assert next(span["name"] for span in spans()) == "sql.query"


def test_reading_rows_makes_no_spans_unless_asked(
    connection: Any, database: Sales, spans: Spans, declared_again: Any
) -> None:
    cursor = connection.cursor().execute("select 1")
    cursor.fetchone()
    assert len(spans()) == 1
    with declared_again("snowflake", trace_fetch_methods=True):
        cursor = connection.cursor().execute("select 1")
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(3) == []
        assert cursor.fetchall() == []
    told = [(span["name"], span["resource"], span["type"]) for span in spans()[1:]]
    assert told == [(f"sql.query.{name}", "select 1", "sql") for name in ("fetchone", "fetchmany", "fetchall")]


def test_an_error_is_the_connectors_own(connection: Any, database: Sales, spans: Spans) -> None:
    with pytest.raises(errors.ProgrammingError) as raised:
        connection.cursor().execute("select * from nowhere")
    assert raised.value.errno == 2003
    span = spans.one()
    kind, message = span.pop("failure")
    assert kind == "snowflake.connector.errors.ProgrammingError"
    assert "does not exist" in message
    assert span == {**database.span("select * from nowhere"), "error": True}


def test_statements_on_a_closed_connection(database: Sales, spans: Spans) -> None:
    connection = connector.connect(**database.options)
    cursor = connection.cursor()
    connection.close()
    spans()
    with pytest.raises(errors.Error):
        cursor.execute("select 1")
    assert [span["error"] for span in spans()] == [True]


def test_what_is_no_statement(connection: Any, spans: Spans) -> None:
    """The connector takes an empty statement for none, and refuses what is no text."""
    cursor = connection.cursor()
    cursor.execute("")
    with pytest.raises((AttributeError, TypeError)):
        cursor.execute(7)
    with pytest.raises(TypeError):
        cursor.execute()


def test_connecting_makes_no_span(database: Sales, spans: Spans) -> None:
    connector.connect(**database.options).close()
    assert [span for span in spans() if span["name"] != "requests.request"] == []


def test_requests_to_the_server_are_no_spans_and_carry_no_context(
    connection: Any, database: Sales, spans: Spans, instrument: Any
) -> None:
    if VERSION < (2, 8):
        pytest.skip("sends by the library requests")
    pytest.importorskip("urllib3")
    if "urllib3" not in running().registry.installed:  # type: ignore[union-attr]
        instrument("urllib3")
    with vedette.tracer.span("work"):
        connection.cursor().execute("select 'quite a sign'")
    assert [span["name"] for span in spans()] == ["work", "sql.query"]
    [sent] = [each for each in database.server.received() if each["statement"] == "select 'quite a sign'"]
    # Where OpenTelemetry's API is installed, the connector itself sends what that says of the active span.
    itself = {"traceparent", "tracestate"} if find_spec("opentelemetry") else set()
    assert not ({"traceparent", "tracestate", "x-datadog-trace-id"} - itself) & set(sent["headers"])


def test_the_connector_is_not_told_that_its_interface_was_used(
    connection: Any, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since 5.0 its public properties report their use to Snowflake: only the application's use is to be reported."""
    if VERSION < (5, 0):
        pytest.skip("since 5.0")
    from snowflake.connector._internal import decorators

    reported: list[str] = []
    monkeypatch.setattr(decorators, "_send_api_usage", lambda _, function, __: reported.append(function.__name__))
    connection.cursor().execute("select 1")
    connection.commit()
    assert reported == ["cursor", "execute", "commit"]
    assert len(spans()) == 2


class OwnCursor(connector.cursor.SnowflakeCursor):
    def execute(self, command: str, *arguments: Any, **named: Any) -> Any:
        return super().execute("select " + command, *arguments, **named)


def test_classes_of_the_application(connection: Any, database: Sales, spans: Spans) -> None:
    cursor = connection.cursor(OwnCursor)
    assert cursor.execute("1").fetchall() == [(1,)]
    assert spans() == [database.ran("select 1", cursor)]


def test_what_is_in_use_is_told(connection: Any, database: Sales, spans: Spans) -> None:
    for _ in range(2):
        connection.cursor().execute("use schema OTHER")
    assert [span["attributes"]["db.schema"] for span in spans()] == ["SHOP", "OTHER"]


def test_it_stays_as_it_was() -> None:
    cursor, connection = connector.cursor.SnowflakeCursor, connector.connection.SnowflakeConnection
    assert inspect.isfunction(cursor.execute)
    assert next(iter(inspect.signature(cursor.execute).parameters)) == "self"
    assert pickle.loads(pickle.dumps(connection.commit)) is connection.commit
    assert isinstance(connector.connect, type(connector.connect))
    assert connector.paramstyle == "pyformat"


async def test_asynchronous_connections(database: Sales, spans: Spans) -> None:
    if VERSION < (4, 0):
        pytest.skip("since 4.0")
    if VERSION < (5, 0):
        pytest.importorskip("aiohttp")
    from snowflake.connector import aio

    connection = await aio.connect(**database.options)
    cursor = connection.cursor()
    await cursor.execute("select 1")
    assert await cursor.fetchall() == [(1,)]
    text = "insert into users (id, name) values (%s, %s)"
    await cursor.executemany(text, [(1, "ann"), (2, "bob")])
    await connection.commit()
    with pytest.raises(errors.ProgrammingError):
        await cursor.execute("select * from nowhere")
    await connection.close()
    told = [(span["name"], span["resource"], span.get("error", False)) for span in spans()]
    assert [each for each in told if not each[0].startswith("aiohttp")] == [
        ("sql.query", "select 1", False),
        ("sql.query", text, False),
        ("snowflake.connection.commit", "snowflake.connection.commit", False),
        ("sql.query", "select * from nowhere", True),
    ]
