"""What the shops of all frameworks have in common: the dangerous query, and a client's face."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import vedette

ran: list[str] = []
"""Handlers that were reached."""


@dataclass
class Answer:
    """What a client got."""

    status: int
    body: bytes
    headers: dict[str, str]
    """Names in lower case."""


class Client:
    """Asks one shop: a client of its own application, which no other test has used."""

    integration: str
    """Name of the integration that describes the requests."""
    path_route = "/path/<path:rest>"
    """Template of the route to `/path/...`, as the framework spells it."""
    begins_streams_at_once = False
    """Whether a stream's head is sent before its first piece is made."""
    gathers_streams = False
    """Whether pieces of a stream are gathered before they are sent."""
    tells_of_parts = False
    """Whether a body that is read in part is read in more than ten bytes."""
    own_refusals: tuple[int, ...] = ()
    """Statuses with which the framework itself refuses forms and queries: malformed, or with too many fields."""
    reads_ignored = False
    """Whether a body is read though the handler does not ask for it."""

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        """One request. A body that is a list of bytes is sent in these pieces, its length not told."""
        raise NotImplementedError

    def route(self, path: str) -> str:
        """`http.route` of a request to a path without parameters."""
        return path

    def resource(self, path: str) -> str:
        """Resource of a GET request to a path without parameters."""
        return f"GET {self.route(path)}"


def search(name: str) -> list[Any]:
    """A query that can be injected into. Of `user:<id>` it says first that it is this user's request."""
    if name.startswith("user:"):
        vedette.protection.set_user(name[len("user:") :])
    connection = sqlite3.connect(":memory:")
    connection.execute("create table users (name text, secret text)")
    connection.execute("insert into users values ('bob', 's3cret')")
    ran.append("before")
    rows = connection.execute(f"select name from users where name = '{name}'").fetchall()
    ran.append("after")
    return rows


def swallowing(name: str) -> Any:
    """What careless applications do."""
    try:
        return search(name)
    except BaseException:
        return "swallowed"


def loaded(data: bytes) -> Any:
    """JSON, or None."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
