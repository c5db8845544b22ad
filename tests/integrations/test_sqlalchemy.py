"""SQLAlchemy: the drivers' spans are right with it, and its own are around them where it is switched on."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

import vedette
from tests.integrations.databases import Database, MySQL, Postgres
from tests.integrations.made import Spans
from tests.services.mariadb import MariaDB
from tests.services.postgresql import PostgreSQL

sqlalchemy = pytest.importorskip("sqlalchemy")
psycopg2 = pytest.importorskip("psycopg2")

from sqlalchemy import orm  # noqa: E402  (only where it is installed)

VERSION = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2])
SQLITE = Database("sqlite.query", "sqlite", {"component": "sqlite", "db.system.name": "sqlite"})
OURS = Database("sqlite.query", "sqlite", {"component": "sqlalchemy", "db.system.name": "sqlite"})

metadata = sqlalchemy.MetaData()
users = sqlalchemy.Table("users", metadata, sqlalchemy.Column("id", sqlalchemy.Integer, primary_key=True))


class User:
    """Mapped to the table."""


mapper = orm.registry().map_imperatively if VERSION >= (1, 4) else orm.mapper
mapper(User, users)


@pytest.fixture
def engine() -> Any:
    made = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    metadata.create_all(made)
    return made


def statements(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what pools and transactions ask for."""
    return [span for span in spans if ".query" in span["name"]]


def run(engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(users.insert(), [{"id": 1}, {"id": 2}])
        assert list(connection.execute(users.select().where(users.c.id == 2))) == [(2,)]


def test_the_drivers_spans_are_there_without_it(engine: Any, spans: Spans) -> None:
    run(engine)
    many, one = statements(spans())
    assert many == SQLITE.many("INSERT INTO users (id) VALUES (?)", 2)
    assert " ".join(one["resource"].split()) == "SELECT users.id FROM users WHERE users.id = ?"


def test_with_it_there_are_two(engine: Any, spans: Spans, instrument: Callable[[str], None]) -> None:
    instrument("sqlalchemy")
    run(engine)
    many, many_of_driver, one, one_of_driver = statements(spans())
    assert many == OURS.many("INSERT INTO users (id) VALUES (?)", 2)
    assert many_of_driver == {**SQLITE.many("INSERT INTO users (id) VALUES (?)", 2), "parent": "sqlite.query"}
    assert one == OURS.span(one["resource"])
    assert one_of_driver["parent"] == "sqlite.query"


def test_sessions(engine: Any, spans: Spans, instrument: Callable[[str], None]) -> None:
    instrument("sqlalchemy")
    session = orm.sessionmaker(engine)()
    session.add(User())
    session.commit()
    assert session.query(User).count() == 1
    session.close()
    texts = [span["resource"] for span in statements(spans()) if span["attributes"]["component"] == "sqlalchemy"]
    assert [text.split()[0] for text in texts] == ["INSERT", "SELECT"]


def test_an_error_is_still_wrapped(engine: Any, spans: Spans, instrument: Callable[[str], None]) -> None:
    instrument("sqlalchemy")
    with pytest.raises(sqlalchemy.exc.OperationalError, match="no such table: nowhere") as raised, engine.begin() as c:
        c.execute(sqlalchemy.text("select * from nowhere"))
    assert type(raised.value.orig) is sqlite3.OperationalError
    failures = [span["failure"][0] for span in statements(spans())]
    assert failures == ["sqlite3.OperationalError"] * 2


def test_statements_descend_from_what_is_active(engine: Any, spans: Spans, instrument: Callable[[str], None]) -> None:
    instrument("sqlalchemy")
    with vedette.tracer.span("work"):
        run(engine)
    parents = [span.get("parent") for span in statements(spans())]
    assert parents == ["work", "sqlite.query"] * 2


@pytest.fixture(scope="module")
def database(postgresql_server: PostgreSQL) -> Postgres:
    return Postgres(postgresql_server, "psycopg")


def test_postgresql(database: Postgres, spans: Spans, instrument: Callable[[str], None]) -> None:
    instrument("sqlalchemy")
    engine = sqlalchemy.create_engine(database.dsn.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.begin() as connection:
        spans()
        assert connection.execute(sqlalchemy.text("select 1")).scalar() == 1
    engine.dispose()
    outer, inner = statements(spans())
    tags = {name: value for name, value in database.tags.items() if name != "db.application"}
    tags["sql.db"] = tags["db.namespace"]  # its name in the reference
    rows = {"db.response.returned_rows": 1}
    assert outer["attributes"] == {**tags, "component": "sqlalchemy", **rows}
    assert (outer["name"], outer["service"]) == ("postgres.query", "postgres")
    assert inner == {**database.span("select 1", 1), "parent": "postgres.query"}


def test_driver_of_postgresql(database: Postgres, spans: Spans) -> None:
    """Without ours; `executemany` goes through what the library makes of it."""
    engine = sqlalchemy.create_engine(database.dsn.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.begin() as connection:
        spans()
        run_text(connection, "insert into users (id) values (:id)", [{"id": 1}, {"id": 2}])
        run_text(connection, "delete from users", {})
    engine.dispose()
    inserts, delete, commit = spans()[:3]  # then the pool rolls back
    assert inserts == database.many("insert into users (id) values (%(id)s)", 2)
    assert delete == database.span("delete from users", 2)
    assert commit == database.transaction("psycopg2.connection.commit")


@pytest.mark.skipif(VERSION < (2, 0), reason="since 2.0")
def test_driver_of_postgresql_3(database: Postgres, spans: Spans) -> None:
    pytest.importorskip("psycopg")
    engine = sqlalchemy.create_engine(database.dsn.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        spans()
        run_text(connection, "select 1", {})
    engine.dispose()
    select, commit = spans()[:2]
    assert select == database.span("select 1", 1)
    assert commit == database.transaction("psycopg.connection.commit")


def test_driver_of_mysql(mariadb_server: MariaDB, spans: Spans) -> None:
    pytest.importorskip("pymysql")
    mysql = MySQL(mariadb_server, "pymysql", "pymysql", "pymysql")
    options = mysql.options
    place = f"{options['user']}:{options['password']}@{options['host']}:{options['port']}/{options['database']}"
    engine = sqlalchemy.create_engine(f"mysql+pymysql://{place}")
    with engine.begin() as connection:
        spans()
        run_text(connection, "insert into users (id) values (:id)", [{"id": 1}, {"id": 2}])
    engine.dispose()
    inserts, commit = spans()[:2]
    assert inserts == mysql.many("insert into users (id) values (%(id)s)", 2)
    assert commit == mysql.transaction("pymysql.connection.commit")


def run_text(connection: Any, text: str, parameters: Any) -> None:
    connection.execute(sqlalchemy.text(text), parameters)


@pytest.mark.skipif(VERSION < (1, 4), reason="since 1.4")
async def test_asynchronous_engines(spans: Spans, instrument: Callable[[str], None]) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    pytest.importorskip("aiosqlite")
    instrument("sqlalchemy")
    engine = create_async_engine("sqlite+aiosqlite://")

    async def work(name: str) -> None:
        with vedette.tracer.span(name):
            async with engine.connect() as connection:
                result = await connection.execute(sqlalchemy.text(f"select '{name}'"))
                assert result.scalar() == name

    await asyncio.gather(work("one"), work("two"))
    await engine.dispose()
    found = [span for span in statements(spans()) if span["resource"].startswith("select")]
    ours = [span for span in found if span["attributes"]["component"] == "sqlalchemy"]
    theirs = [span for span in found if span["attributes"]["component"] == "sqlite"]
    assert sorted(span["parent"] for span in ours) == ["one", "two"]
    assert [span["parent"] for span in theirs] == ["sqlite.query"] * 2


def test_a_service_that_the_user_named(
    monkeypatch: pytest.MonkeyPatch, engine: Any, spans: Spans, instrument: Callable[[str], None]
) -> None:
    from vedette.lifecycle import running

    state: Any = running()
    ordinary = state.registry._service_of
    monkeypatch.setattr(
        state.registry, "_service_of", lambda each: "mine" if each.name == "sqlalchemy" else ordinary(each)
    )
    instrument("sqlalchemy")
    run(engine)
    assert [span["service"] for span in statements(spans())] == ["mine", "sqlite"] * 2


def test_it_stays_as_it_was(engine: Any, instrument: Callable[[str], None]) -> None:
    before = inspect.signature(type(engine.dialect).do_execute)
    instrument("sqlalchemy")
    assert inspect.signature(type(engine.dialect).do_execute) == before
    assert "vedette" not in str(vars(engine))
