"""MariaDB Connector/Python: its spans, and that it stays as it was."""

from __future__ import annotations

import inspect
import pickle
import threading
from typing import Any

import pytest

from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.integrations.mysql_drivers import ASK, Synchronous, comments
from tests.services.mariadb import MariaDB

mariadb = pytest.importorskip("mariadb")

CLOSED = not hasattr(mariadb, "connections")
"""1.0 is written in C."""
FIRST = mariadb.__version__ == "1.0.0"


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "mariadb", "mariadb", "mariadb", "mariadb")


class TestMariaDB(Synchronous):
    integration = module = vendor = "mariadb"
    connecting = "mariadb.connect"
    keyword = "statement"
    errors = mariadb
    error = "mariadb.ProgrammingError"

    def connect(self, **options: Any) -> Any:
        return mariadb.connect(**options)

    def selected(self, count: int) -> int | None:
        """In 1.0 nothing, or 0, before rows are read."""
        return count if not CLOSED else None if FIRST else 0

    def changed(self, count: int) -> int | None:
        return None if FIRST and not count else count

    @pytest.mark.skipif(CLOSED, reason="1.0 takes it by position only")
    def test_a_statement_by_its_keyword(self, connection: Any, database: MySQL, spans: Spans) -> None:
        super().test_a_statement_by_its_keyword(connection, database, spans)

    @pytest.mark.skipif(FIRST, reason="1.0.0 commits each statement")
    def test_what_is_rolled_back_is_gone(self, connection: Any, spans: Spans) -> None:
        super().test_what_is_rolled_back_is_gone(connection, spans)

    def test_many_without_parameters(self, connection: Any, spans: Spans) -> None:
        with pytest.raises(mariadb.Error):
            connection.cursor().executemany("insert into users values (?, ?)", [])
        assert spans.one()["error"] is True

    @pytest.mark.parametrize(
        ("kind", "row"),
        [
            ({}, (1,)),
            ({"dictionary": True}, {"one": 1}),
            ({"named_tuple": True}, (1,)),
            ({"buffered": False}, (1,)),
            ({"prepared": True}, (1,)),
            ({"cursor_type": 1}, (1,)),
        ],
    )
    def test_kinds_of_cursors(self, connection: Any, spans: Spans, kind: dict[str, Any], row: Any) -> None:
        cursor = connection.cursor(**kind)
        cursor.execute("select 1 as one")
        assert cursor.fetchone() == row
        cursor.close()
        assert [span["resource"] for span in spans()] == ["select 1 as one"]

    @pytest.mark.skipif(CLOSED, reason="cursors of 1.0 do not tell that they prepare")
    def test_prepared_statements_have_no_comments(self, connection: Any) -> None:
        with comments():
            rows = self.rows(connection.cursor(prepared=True), ASK)
        assert rows == [(ASK,)]

    def test_prepared_statements(self, connection: Any, spans: Spans) -> None:
        cursor = connection.cursor(prepared=True)
        rows = []
        for number in range(3):
            cursor.execute("select ? + 1", (number,))
            rows += cursor.fetchall()
        assert [int(row[0]) for row in rows] == [1, 2, 3]
        assert [span["resource"] for span in spans()] == ["select ? + 1"] * 3

    @pytest.mark.skipif(FIRST, reason="1.0.0 does not take connections back")
    def test_pools(self, database: MySQL, spans: Spans) -> None:
        mariadb.ConnectionPool(pool_name="mine", pool_size=1, **database.options)
        for _ in range(2):
            connection = mariadb.connect(pool_name="mine")
            cursor = connection.cursor()
            cursor.execute("select 1")
            cursor.fetchall()
            cursor.close()
            connection.close()
        assert [span for span in spans() if span["name"] == "mariadb.query"] == [
            database.span("select 1", self.selected(1))
        ] * 2

    def test_threads(self, database: MySQL, spans: Spans) -> None:
        def work(number: int) -> None:
            connection = mariadb.connect(**database.options)
            connection.cursor().execute(f"select {number}")
            connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {span["resource"] for span in spans()} == {f"select {number}" for number in range(4)}

    @pytest.mark.skipif(CLOSED, reason="classes of the application came with 1.1")
    def test_classes_of_the_application(self, database: MySQL, spans: Spans) -> None:
        class OwnCursor(mariadb.cursors.Cursor):  # type: ignore[misc, name-defined]
            def execute(self, statement: str, *args: Any, **kwargs: Any) -> Any:
                return super().execute(f"select {statement}", *args, **kwargs)

        class OwnConnection(mariadb.connections.Connection):  # type: ignore[misc, name-defined]
            def cursor(self, *args: Any, **kwargs: Any) -> Any:
                return super().cursor(OwnCursor, *args, **kwargs)

        connection = mariadb.connect(connectionclass=OwnConnection, **database.options)
        cursor = connection.cursor()
        cursor.execute("1")
        assert type(cursor) is OwnCursor
        assert cursor.fetchall() == [(1,)]
        connection.close()
        assert spans() == [database.span("select 1", 1)]

    @pytest.mark.skipif(CLOSED, reason="1.0 is written in C")
    def test_it_stays_as_it_was(self, connection: Any) -> None:
        execute = mariadb.cursors.Cursor.execute
        assert list(inspect.signature(execute).parameters)[:3] == ["self", "statement", "data"]
        assert pickle.loads(pickle.dumps(execute)) is execute
        assert type(connection) is mariadb.connections.Connection
        assert type(connection.cursor()) is mariadb.cursors.Cursor
        assert "vedette" not in str(vars(connection))

    def test_objects_are_of_the_drivers_types(self, connection: Any) -> None:
        cursor = connection.cursor()
        assert isinstance(connection, mariadb.connection if CLOSED else mariadb.connections.Connection)
        assert cursor.connection is connection
