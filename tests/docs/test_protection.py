"""The examples of docs/protection.md do what the page says."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import example, read
from tests.integrations.made import Spans
from vedette import _native
from vedette.protection import protect
from vedette.settings import load
from vedette.settings.options import OPTIONS

PAGE = read("protection.md")
pytestmark = pytest.mark.usefixtures("instrumented")


@pytest.fixture
def client() -> Any:
    """Of the page's application."""
    namespace = example("protection.md")
    return namespace["app"].test_client()


@pytest.fixture
def protected() -> Iterator[Any]:
    """Protection in a mode, with these options."""
    with contextlib.ExitStack() as undo:
        yield lambda mode, **options: undo.callback(protect(load({"protection": mode, **options})))


def test_the_example(client: Any, protected: Any) -> None:
    protected("block")
    assert client.get("/books", query_string={"title": "Emma"}).json == {"found": [["Emma"]]}
    assert client.get("/books", query_string={"title": "select a book"}).json == {"found": []}
    attack = "' union select sqlite_version() --"
    assert client.get("/books", query_string={"title": attack}).status_code == 403


def test_the_statement_itself_is_stopped(client: Any, protected: Any, tmp_path: Path) -> None:
    from vedette.protection import rule_file

    rules = json.loads(Path(rule_file.DEFAULT_RULES).read_text(encoding="utf-8"))
    rules["rules"] = [rule for rule in rules["rules"] if rule["tags"]["category"] == "vulnerability_trigger"]
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(rules))
    protected("block", protection_rules=str(path))
    attack = "' union select sqlite_version() --"
    assert client.get("/books", query_string={"title": attack}).status_code == 403


def test_the_deny_list(client: Any, protected: Any, tmp_path: Path) -> None:
    (denied,) = re.findall(r"```\n(# VEDETTE_DENY_LIST.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "denied"
    path.write_text(denied)
    protected("block", deny_list=str(path))
    ask = {"path": "/books", "query_string": {"title": "Emma"}}
    statuses = [client.get(**ask, environ_base={"REMOTE_ADDR": f"203.0.{n}.9"}).status_code for n in (113, 114)]
    assert statuses == [403, 200]


def test_the_rules(client: Any, protected: Any, tmp_path: Path) -> None:
    (rules,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "rules.json"
    path.write_text(rules)
    protected("block", protection_rules=str(path))
    answer = client.get("/till", headers={"User-Agent": "A-Bot"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/robots")
    _native.take()
    client.get("/books", query_string={"title": "Emma"}, headers={"X-App": "ios-7"}).get_data()
    (span,) = [span for span in Spans()() if span["type"] == "web"]
    assert span["attributes"]["client.app"] == "ios-7"
    assert "appsec.event" not in span["attributes"]


def test_the_options_exist() -> None:
    named = {name.lower() for name in re.findall(r"VEDETTE_([A-Z_]+[A-Z])", PAGE)}
    assert named - set(OPTIONS) == set()
