"""A database of a test's own, and what the spans of a driver say about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.services.mariadb import MariaDB
from tests.services.postgresql import PostgreSQL


class Database:
    """Whole spans to compare with: statements, other steps of cursors, and what connections do."""

    def __init__(self, name: str, service: str, tags: dict[str, Any]) -> None:
        self._common = {"service": service, "kind": "client"}
        self._name = name
        self.tags = tags

    def span(self, text: str, rows: int | None = None, **attributes: Any) -> dict[str, Any]:
        """A statement; the rows where the driver tells how many."""
        counted = {} if rows is None else {"db.response.returned_rows": rows}
        told = {**self.tags, **attributes, **counted}
        return {**self._common, "name": self._name, "type": "sql", "resource": text, "attributes": told}

    def many(self, text: str, rows: int | None = None) -> dict[str, Any]:
        """One statement with many sets of parameters."""
        return self.span(text, rows, **{"sql.executemany": "true"})

    def step(self, name: str, of: str | None = None, rows: int | None = None) -> dict[str, Any]:
        """A connection is made; rows are read `of` a statement."""
        counted = {} if rows is None else {"db.response.returned_rows": rows}
        told = {**self.tags, **counted}
        return {**self._common, "name": name, "type": "sql", "resource": of or name, "attributes": told}

    def transaction(self, name: str) -> dict[str, Any]:
        """A transaction ends: no type."""
        return {**self._common, "name": name, "resource": name, "attributes": self.tags}


class Postgres(Database):
    """A database of a PostgreSQL server with a table `users`."""

    def __init__(self, server: PostgreSQL, component: str) -> None:
        dsn = server.database()
        server.run("create table users (id int, name text)", dsn.rpartition("/")[2])
        parts = urlsplit(dsn)
        self.dsn = f"{dsn}?application_name=shop"
        tags = {
            "component": component,
            "db.system.name": "postgresql",
            "server.address": parts.hostname,
            "server.port": parts.port,
            "db.namespace": parts.path[1:],
            "db.user": parts.username,
            "db.application": "shop",
        }
        super().__init__("postgres.query", "postgres", tags)


class MySQL(Database):
    """A database of a MariaDB server with a table `users` and a procedure `twice`."""

    def __init__(self, server: MariaDB, vendor: str, service: str, component: str, system: str = "mysql") -> None:
        self.options = server.options()
        name = self.options["database"]
        server.run("create table users (id int, name varchar(20)); create procedure twice(x int) select 2 * x", name)
        tags = {
            "component": component,
            "db.system.name": system,
            "server.address": server.host,
            "server.port": server.port,
            "db.namespace": name,
            "db.user": server.user,
        }
        super().__init__(f"{vendor}.query", service, tags)
