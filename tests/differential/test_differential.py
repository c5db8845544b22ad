"""The spans of small applications under both tracers, compared; `differences.json` has what is accepted, and why.

Takes minutes, so that it is asked for: `make differential`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.differential.compare import differences, judged, normal, unused
from tests.differential.environment import prepared
from tests.differential.play import APPS, played
from tests.integrations.odbc import connection_string
from tests.integrations.web import serving
from tests.services.recorder import Recorder

ACCEPTED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "differences.json").read_text("utf-8"))
SERVERS = {
    **dict.fromkeys(("aiopg", "asyncpg", "psycopg", "psycopg2", "sqlalchemy"), "postgresql"),
    **dict.fromkeys(("aiomysql", "mariadb", "mysql", "mysqldb", "pymysql"), "mariadb"),
    "pyodbc": "odbc",
    "redis": "redis",
    "snowflake": "snowflake",
    "vertica": "vertica",
}
NAMES = sorted(path.stem[: -len("_app")] for path in APPS.glob("*_app.py"))

seen: set[str] = set()
played_here: set[str] = set()
asked_for = pytest.mark.skipif(not os.environ.get("DIFFERENTIAL"), reason="asked for by `make differential`")


@asked_for
@pytest.mark.timeout(300)
@pytest.mark.parametrize("app", NAMES)
def test_the_spans_are_those_of_the_reference(app: str, recorder: Recorder, request: pytest.FixtureRequest) -> None:
    python = prepared()
    with serving() as web:
        environ = {"WEB": web.url(""), **_servers(app, request)}
        words = {str(web.port): "PORT", **{value: name for name, value in environ.items() if name.endswith("_PORT")}}
        theirs, ours = (normal(played(app, who, python, recorder, environ), words) for who in ("theirs", "ours"))
    _write(app, theirs, ours)
    found = set(differences(theirs, ours))
    seen.update(found)
    played_here.add(app)
    unlisted, stale = judged(found, ACCEPTED.get(app, {}), ACCEPTED["*"])
    assert (unlisted, stale) == ([], []), "\n".join(["not listed:", *unlisted, "listed and not found:", *stale])


@asked_for
def test_what_is_accepted_of_all_occurs() -> None:
    if played_here != set(NAMES):
        pytest.skip("only a part was played")
    assert unused(seen, ACCEPTED["*"]) == []
    assert set(ACCEPTED) - {"*"} <= set(NAMES)


def _servers(app: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the application finds what it talks to."""
    kind = SERVERS.get(app)
    if kind is None:
        return {}
    if kind == "odbc":
        return {"ODBC": connection_string("SQLite3", "libsqlite3odbc.so", Database=":memory:")}
    server = request.getfixturevalue(f"{kind}_server")
    if kind == "mariadb":
        server.run("create database if not exists shop")
        return {"MYSQL_PORT": str(server.port)}
    if kind == "snowflake":
        return {"SNOWFLAKE": json.dumps(server.options()), "SNOWFLAKE_PORT": str(server.port)}
    return {f"{kind.upper()}_PORT": str(server.port)}


def _write(app: str, theirs: list[Any], ours: list[Any]) -> None:
    """Both sides, for whoever looks into a difference."""
    folder = os.environ.get("DIFFERENTIAL_OUTPUT")
    if folder:
        text = json.dumps({"theirs": theirs, "ours": ours}, indent=1, sort_keys=True)
        (Path(folder) / f"{app}.json").write_text(text, "utf-8")


def span(name: str, **more: Any) -> Any:
    whole = {"name": name, "parent": None, "resource": "r", "service": "s", "type": "", "error": 0.0, "tags": {}}
    return {**whole, **more}


def test_equal_spans_do_not_differ() -> None:
    assert list(differences([span("a"), span("b")], [span("b"), span("a")])) == []


def test_each_difference_is_a_sentence() -> None:
    theirs = [span("a", tags={"x": "1", "y": "2"}), span("b"), span("b"), span("c")]
    ours = [span("a", service="t", tags={"x": "3", "z": "4"}), span("b")]
    assert list(differences(theirs, ours)) == [
        "a: service is 't', not 's'",
        "a: x is '3', not '1'",
        "a: y is theirs alone",
        "a: z is ours alone",
        "b is there 1 times, not 2",
        "c is theirs alone",
    ]


def test_what_is_of_the_moment_is_left_out() -> None:
    raw = {
        "span_id": "1",
        "parent_id": "0",
        "start": 1,
        "name": "a",
        "resource": "GET",
        "service": "s",
        "type": None,
        "error": 0,
        "meta": {"runtime-id": "x", "_dd.p.dm": "-0", "http.url": "http://127.0.0.1:4711/"},
        "metrics": {"network.destination.port": 4711, "n": 2},
    }
    [one] = normal([raw], {"4711": "PORT"})
    assert one["tags"] == {"http.url": "http://127.0.0.1:PORT/", "network.destination.port": "PORT", "n": 2.0}


def test_what_is_not_listed_and_what_is_listed_in_vain_fails() -> None:
    accepted = {"a: * is theirs alone": "no use", "b is ours alone": "more"}
    found = {"a: x is theirs alone", "c is ours alone", "d: q is '[?]', not '[1]'"}
    general = {"d: q is '[?]', not *": "obfuscated", "e is ours alone": "elsewhere"}
    assert judged(found, accepted, general) == (["c is ours alone"], ["b is ours alone"])
    assert unused(found, general) == ["e is ours alone"]
