"""mysqlclient: its spans, and that it stays as it was."""

from __future__ import annotations

import inspect
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.databases import MySQL
from tests.integrations.made import Spans
from tests.integrations.mysql_drivers import Synchronous
from tests.services.mariadb import MariaDB

MySQLdb = pytest.importorskip("MySQLdb")

from MySQLdb import connections, cursors  # noqa: E402  (only where it is installed)
from MySQLdb.constants import CLIENT  # noqa: E402

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 10) and MySQLdb.version_info[:2] < (1, 4),
    reason="this version can be imported by Python 3.10 and newer, but sends no statement (PY_SSIZE_T_CLEAN)",
)


@pytest.fixture(scope="module")
def database(mariadb_server: MariaDB) -> MySQL:
    return MySQL(mariadb_server, "mysql", "mysql", "mysqldb")


class TestMySQLdb(Synchronous):
    integration = "mysqldb"
    module = "MySQLdb"
    connecting = "MySQLdb.connection.connect"
    errors = MySQLdb
    error = f"{MySQLdb.ProgrammingError.__module__}.ProgrammingError"

    def connect(self, **options: Any) -> Any:
        named = {"database": "db", "password": "passwd"}  # what all versions know
        return MySQLdb.connect(**{named.get(name, name): value for name, value in options.items()})

    def test_a_statement_in_bytes(self, connection: Any, database: MySQL, spans: Spans) -> None:
        cursor = connection.cursor()
        assert cursor.execute(b"select 2") == 1
        assert spans() == [database.span("select 2", 1)]

    def test_many_without_parameters(self, connection: Any, spans: Spans) -> None:
        assert connection.cursor().executemany("insert into users values (%s, %s)", []) is None
        assert spans.one()["attributes"]["sql.executemany"] == "true"

    @pytest.mark.parametrize("name", ["Cursor", "DictCursor", "SSCursor", "SSDictCursor"])
    def test_kinds_of_cursors(self, connection: Any, spans: Spans, name: str) -> None:
        cursor = connection.cursor(getattr(cursors, name))
        assert type(cursor) is getattr(cursors, name)
        cursor.execute("select 1 as one")
        assert list(cursor.fetchone()) in ([1], ["one"])
        cursor.close()
        span = spans.one()
        assert span["resource"] == "select 1 as one"
        assert span["attributes"].get("db.response.returned_rows") == (None if name.startswith("SS") else 1)

    def test_cursors_of_the_application(self, database: MySQL, spans: Spans) -> None:
        connection = MySQLdb.connect(**_named(database), cursorclass=OwnCursor)
        cursor = connection.cursor()
        cursor.execute("1 as one")
        assert list(cursor.fetchall()) == [{"one": 1}]
        connection.close()
        assert spans() == [database.span("select 1 as one", 1)]

    def test_connections_of_the_application(self, database: MySQL, spans: Spans) -> None:
        connection = OwnConnection(**_named(database))
        connection.commit()
        assert connection.committed == 1
        connection.close()
        assert spans() == [database.transaction("MySQLdb.connection.commit")]

    def test_connections_by_position(self, database: MySQL, spans: Spans) -> None:
        options = database.options
        names = ("host", "user", "password", "database", "port")
        connection = MySQLdb.connect(*(options[name] for name in names))
        connection.cursor().execute("select 1")
        connection.close()
        assert spans() == [database.span("select 1", 1)]

    def test_connections_by_an_option_file(self, database: MySQL, spans: Spans, tmp_path: Path) -> None:
        """The client library keeps to itself whom the file named as the user, and which database."""
        file = tmp_path / "my.cnf"
        file.write_text("[client]\n" + "".join(f"{name} = {value}\n" for name, value in database.options.items()))
        connection = MySQLdb.connect(read_default_file=str(file))
        connection.cursor().execute("select 1")
        connection.close()
        expected = database.span("select 1", 1)
        for name in ("db.namespace", "db.user"):
            del expected["attributes"][name]
        assert spans() == [expected]

    def test_queries_without_a_cursor(self, connection: Any, database: MySQL, spans: Spans) -> None:
        connection.query("select 1")
        assert connection.store_result().fetch_row(0) == ((1,),)
        assert spans() == [database.span("select 1")]

    def test_several_statements_at_once(self, database: MySQL, spans: Spans) -> None:
        connection = self.connect(client_flag=CLIENT.MULTI_STATEMENTS, **database.options)
        cursor = connection.cursor()
        cursor.execute("select 1; select 2")
        assert cursor.nextset() == 1
        assert list(cursor.fetchall()) == [(2,)]
        connection.close()
        assert [span["resource"] for span in spans()] == ["select 1; select 2"]

    def test_it_stays_as_it_was(self, connection: Any) -> None:
        assert list(inspect.signature(cursors.Cursor.execute).parameters) == ["self", "query", "args"]
        assert pickle.loads(pickle.dumps(cursors.Cursor.execute)) is cursors.Cursor.execute
        assert type(connection) is connections.Connection
        assert type(connection.cursor()) is cursors.Cursor
        assert connection.commit.__name__ == "commit"
        assert connection.commit.__doc__ == MySQLdb._mysql.connection.commit.__doc__
        assert "vedette" not in str(vars(connection))


class OwnCursor(cursors.DictCursor):  # type: ignore[misc, name-defined]
    def execute(self, query: str, args: Any = None) -> Any:
        return super().execute(f"select {query}", args)


class OwnConnection(connections.Connection):  # type: ignore[misc, name-defined]
    committed = 0

    def commit(self) -> None:
        self.committed += 1
        super().commit()


def _named(database: MySQL) -> dict[str, Any]:
    named = {"database": "db", "password": "passwd"}
    return {named.get(name, name): value for name, value in database.options.items()}
