"""The worked examples of CONTRIBUTING.md: one more driver, one more WSGI framework, each by the file that is shown."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.docs.pages import code_of
from tests.integrations.databases import Postgres
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import shown, work
from tests.services.postgresql import PostgreSQL
from vedette.lifecycle import running

PEBBLE = """
class Route:
    def __init__(self, template, handler):
        self.template, self.handler = template, handler


class Router:
    def __init__(self, routes):
        self.routes = routes

    def find(self, path):
        for route in self.routes:
            params = match(route.template, path)
            if params is not None:
                return route, params
        return None, {}


def match(template, path):
    wanted, given = template.split("/"), path.split("/")
    pairs = list(zip(wanted, given)) if len(wanted) == len(given) else [("", "/")]
    if any(name != value for name, value in pairs if not name.startswith("<")):
        return None
    return {name[1:-1]: value for name, value in pairs if name.startswith("<")}


class Pebble:
    def __init__(self, routes):
        self.router = Router(routes)

    def wsgi(self, environ, start_response):
        route, params = self.router.find(environ["PATH_INFO"])
        try:
            status, body = route.handler(environ, **params) if route else ("404 Not Found", "absent")
        except Exception as error:
            status, body = self.error_page(error)
        start_response(status, [("Content-Type", "text/plain")])
        return [body.encode()] if isinstance(body, str) else (piece.encode() for piece in body)

    def error_page(self, exception):
        return getattr(exception, "status", "500 Internal Server Error"), "sorry"
"""


@pytest.fixture(scope="module")
def examples() -> dict[str, Any]:
    """The declarations by their names."""
    made = (example.get("integration") for example in code_of("../CONTRIBUTING.md"))
    return {each.name: each for each in made if each is not None}


@pytest.fixture
def registry() -> Iterator[Any]:
    """Where declarations are added, until the test's end."""
    state = running()
    assert state is not None
    before = set(state.registry.installed)
    yield state.registry
    for name in set(state.registry.installed) - before:
        state.registry.uninstrument(name)


def test_a_driver(examples: dict[str, Any], registry: Any, postgresql_server: PostgreSQL, spans: Spans) -> None:
    pg8000 = pytest.importorskip("pg8000")
    database = Postgres(postgresql_server, "pg8000")
    del database.tags["db.namespace"], database.tags["db.application"]  # which the example does not tell
    registry.add(examples["pg8000"])
    spans()
    parts = urlsplit(database.dsn)
    connection = pg8000.dbapi.connect(parts.username, parts.hostname, parts.path[1:], parts.port)
    cursor = connection.cursor()
    cursor.execute("insert into users values (%s, %s)", (1, "Ada"))
    connection.commit()
    cursor.execute("select name from users where id = 1")
    assert cursor.fetchall() == (["Ada"],)
    with pytest.raises(pg8000.dbapi.DatabaseError):
        cursor.execute("select * from absent")
    connection.rollback()
    connection.close()
    insert, commit, select, failed, rollback = spans()
    assert insert == database.span("insert into users values (%s, %s)", 1)
    assert commit == database.transaction("pg8000.connection.commit")
    assert select == database.span("select name from users where id = 1", 1)
    assert failed["error"]
    assert rollback == database.transaction("pg8000.connection.rollback")


class Conflict(Exception):
    status = "409 Conflict"


def _read(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length)
    return body


def _user(environ: dict[str, Any], number: str) -> tuple[str, str]:
    return "200 OK", shown(number, _read(environ))


def _broken(_: dict[str, Any]) -> tuple[str, str]:
    raise LookupError("mine")


def _refused(_: dict[str, Any]) -> tuple[str, str]:
    raise Conflict("no")


@pytest.fixture
def app(examples: dict[str, Any], registry: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A framework that is made up, in modules as the example names them."""
    modules = {name: types.ModuleType(name) for name in ("pebble", "pebble.app", "pebble.routing")}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    exec(compile(PEBBLE, "pebble.py", "exec"), modules["pebble.app"].__dict__)
    made = modules["pebble.app"].__dict__
    modules["pebble.routing"].Router = made["Router"]  # type: ignore[attr-defined]
    registry.add(examples["pebble"])
    handlers = {"/work": lambda _: ("200 OK", work()), "/broken": _broken, "/refused": _refused}
    route = made["Route"]
    routes = [route("/users/<number>", _user), *(route(path, handler) for path, handler in handlers.items())]
    return made["Pebble"](routes).wsgi


def test_a_framework(app: Any, spans: Spans) -> None:
    assert ask(app, "/users/7?page=2").body == b"7 pebble.request "
    assert ask(app, "/absent").status == 404
    assert ask(app, "/broken").status == 500
    found, absent, broken = spans()
    assert (found["name"], found["resource"], found["service"]) == ("pebble.request", "GET /users/<number>", "pebble")
    assert found["attributes"]["http.route"] == "/users/<number>"
    assert absent["resource"] == "GET 404"
    assert broken["failure"] == ("LookupError", "mine")
