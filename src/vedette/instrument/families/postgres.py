"""What drivers of PostgreSQL have in common: facts of a connection, options, fetching and connecting."""
from __future__ import annotations

from vedette.instrument.families.dbapi import transaction
from vedette.instrument.integration import option
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.families.dbapi import Describe, Server

OPTIONS = (
    option(
        "trace_fetch_methods",
        False,
        "Whether reading rows makes spans.",
        "DD_PSYCOPG2_TRACE_FETCH_METHODS",
    ),
    option("trace_connect", False, "Whether connecting makes spans."),
)


def facts(
    host: str | None, port: int | None, database: str | None, user: str | None, application: str | None
) -> dict[str, Any]:
    """The attributes of a connection; what is unknown or empty is left out. For Unix sockets the host is a folder."""
    named = {
        "server.address": host,
        "server.port": port,
        "db.namespace": database,
        "db.user": user,
        "db.application": application,
    }
    return {name: value for name, value in named.items() if value}


def fetches(server: Server) -> dict[str, Describe]:
    """Describers for the ways to read rows."""
    names = ("fetchone", "fetchmany", "fetchall")
    return {name: transaction(f"postgres.query.{name}", "postgresql", server) for name in names}


def connecting(name: str) -> Callable[[Call], Task]:
    """A describer for `connect`."""

    def task(call: Call) -> Task:
        operation = Task(name, None, {"db.system.name": "postgresql"})
        operation.kind = "client"
        operation.type = "sql"
        return operation

    return task
