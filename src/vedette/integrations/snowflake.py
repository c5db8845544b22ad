"""Snowflake: one span per statement, commit and rollback; synchronous and asynchronous.

It is on by default, because nothing stands in the way of that: methods of its Python classes are hooked where they
are, and what it sends (by HTTP of its own, or natively since 5.0) makes no spans and takes no headers. Its public
properties report their use to Snowflake since 5.0: what lies below them is read instead.
"""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, Setup, enclosing
from vedette.instrument.families import dbapi, statements
from vedette.instrument.families.remembered import ConnectionFacts
from vedette.operations import Query, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from vedette.instrument import Span
    from vedette.instrument.families.dbapi import Describe
    from vedette.instrument.installed import Installed


class Current(ConnectionFacts):
    """Asked anew with every statement, which is sent far away: `use` makes others of them."""

    __slots__ = ()

    def of(self, connection: Any) -> dict[str, Any] | None:
        """What is in use now."""
        return self._ask(connection)

    def of_cursor(self, cursor: Any) -> dict[str, Any] | None:
        """The same, by a cursor."""
        return self._ask(cursor._connection)


class Numbered(Query):
    """A statement that Snowflake numbers, whether it fails or not."""

    __slots__ = ()

    def end(self, span: Span) -> None:
        """The number is what Snowflake's support asks for."""
        cursor: Any = self.cursor
        self.attributes = {"sfqid": getattr(cursor, "_query_result", cursor).sfqid}
        Query.end(self, span)


def gather(connection: Any) -> dict[str, Any]:
    """Where a connection is."""
    live = getattr(connection, "_connection_info", None)
    names = ("host", "port", "database", "schema", "warehouse", "user")
    told = {name: live[name] if live is not None else getattr(connection, name) for name in names}
    return {
        "server.address": told["host"],
        "server.port": told["port"],
        "db.namespace": told["database"],
        "db.schema": told["schema"],
        "db.warehouse": told["warehouse"],
        "db.user": told["user"],
        "db.application": (connection if live is None else connection.config).application,
    }


DRIVER = dbapi.Driver("sql", "snowflake", "snowflake", Current(gather))


def statement(describe: Describe) -> Describe:
    """A describer for statements, without those by which connections commit and roll back."""

    def described(call: Call) -> Any:
        outer = enclosing(Task)
        ending = outer is not None and outer.name is not None and outer.name.startswith("snowflake.connection.")
        return None if ending else describe(call)

    return described


STATEMENT, BATCH = (
    statement(
        statements.statement(DRIVER.name, DRIVER.system, DRIVER.of_cursor, batch, kind=Numbered, last=DRIVER.last)
    )
    for batch in (False, True)
)


def ran(call: Call, result: Any) -> None:
    """A statement ran, or rows of it were read: the cursor knows how many there are."""
    statements.count(call.operation, getattr(call.args[0], "_query_result", call.args[0]))


def remembering(installed: Installed) -> Callable[[], None]:
    """Where reading rows is told, cursors' statements are remembered for it."""
    DRIVER.reading(installed)
    return DRIVER.last.forget


def cursors(module: str) -> Iterator[Around]:
    """The classes of cursors that one generation or another has in a module."""
    for name in ("SnowflakeCursorBase", "SnowflakeCursor", "DictCursor"):
        owner = f"{module}:{name}"
        described = {"execute": STATEMENT, "execute_async": STATEMENT, "callproc": STATEMENT, "executemany": BATCH}
        yield from dbapi.methods(owner, described, ran, optional=True)
        yield from dbapi.methods(owner, DRIVER.fetches, ran, option="trace_fetch_methods", optional=True)


PACKAGE = "snowflake.connector"

integration = Integration(
    "snowflake",
    title="Snowflake",
    distribution="snowflake-connector-python",
    modules=["snowflake.connector"],
    floor="2.4",
    tested=["2.4.0", "3.0.0", "3.7.0", "3.14.1", "4.5.0", "latest"],
    # Where there is no wheel, the build of its pyarrow takes minutes and fails: it is not to be tried.
    pins={"<3.7": ["setuptools<81", "build:pyarrow>=14"]},
    docs="https://docs.snowflake.com/en/developer-guide/python-connector/python-connector",
    conventions="database",
    service="snowflake",
    protection=["sql-injection"],
    options=DRIVER.options[:1],
    needs=["fakesnow"],
    hooks=[
        Setup(f"{PACKAGE}.cursor", remembering),
        *cursors(f"{PACKAGE}.cursor"),
        *DRIVER.connections(f"{PACKAGE}.connection:SnowflakeConnection"),
        *cursors(f"{PACKAGE}.aio._cursor"),
        *DRIVER.connections(f"{PACKAGE}.aio._connection:SnowflakeConnection"),
        # Since 5.0.
        *cursors(f"{PACKAGE}.aio.cursor"),
        *DRIVER.connections(f"{PACKAGE}.aio.connection:Connection"),
    ],
    notes="Asynchronous connections of 4.x send by aiohttp, connections before 2.8 by requests: these make spans, too.",
)
