"""What drivers of PostgreSQL have in common: the facts that libpq knows of a connection."""

from __future__ import annotations

from vedette.instrument.families.dbapi import Driver
from vedette.instrument.integration import option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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


def gather(connection: Any) -> dict[str, Any]:
    """What libpq knows of the connection, without asking the server."""
    info = connection.info
    return facts(info.host, info.port, info.dbname, info.user, info.parameter_status("application_name"))


def driver(module: str) -> Driver:
    """The driver of that name, which is built on libpq."""
    made = Driver("postgres", "postgresql", module, gather)
    made.options = (
        option("trace_fetch_methods", False, "Whether reading rows makes spans.", "DD_PSYCOPG2_TRACE_FETCH_METHODS"),
        made.options[1],
    )
    return made
