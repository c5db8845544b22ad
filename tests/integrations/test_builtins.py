"""Files: nothing of them changes, and nothing is told unless somebody listens."""

from __future__ import annotations

import builtins
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.made import Spans
from vedette.operations import FileAccess, Refusal
from vedette.protection.listener import Quiet


class Heard(Quiet):
    """Remembers paths, and refuses some."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def before(self, call: Any) -> None:
        self.paths.append(call.operation.path)
        if call.operation.path.endswith("forbidden"):
            raise Refusal


@pytest.fixture
def heard() -> Iterator[Heard]:
    listener = Heard()
    FileAccess.listen(listener)
    yield listener
    FileAccess.unlisten(listener)


@pytest.fixture
def request_under_way() -> Any:
    """Runs a function within a request of Flask."""
    flask = pytest.importorskip("flask")

    def within(work: Any) -> Any:
        app, results = flask.Flask("files"), []
        app.add_url_rule("/", view_func=lambda: str(results.append(work())))
        assert app.test_client().get("/").status_code == 200
        return results[0]

    return within


# ruff: noqa: SIM115, UP020  (the ways themselves are what is tested; everything is closed with the process)
WAYS = {
    "open": lambda path: open(path).read(),
    "io.open": lambda path: io.open(path).read(),
    "io.FileIO": lambda path: io.FileIO(path).read(),
    "os.open": lambda path: os.close(os.open(path, os.O_RDONLY)),
    "pathlib": lambda path: Path(path).read_text(),
    "pathlib.open": lambda path: Path(path).open().close(),
    "bytes": lambda path: open(os.fsencode(path)).close(),
    "copy": lambda path: shutil.copyfile(path, path + ".copy"),
    "remove": lambda path: os.remove(path),
    "listdir": lambda path: os.listdir(os.path.dirname(path)),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_file_is_told(heard: Heard, request_under_way: Any, tmp_path: Path, way: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    request_under_way(lambda: WAYS[way](str(file)))
    assert str(file) in heard.paths or (way == "listdir" and str(tmp_path) in heard.paths)


def test_a_refusal_stops_the_access(heard: Heard, request_under_way: Any, tmp_path: Path) -> None:
    file = tmp_path / "forbidden"

    def write() -> str:
        try:
            file.write_text("a")
        except Refusal:
            return "refused"
        return "written"

    assert request_under_way(write) == "refused"
    assert not file.exists()


def test_outside_of_requests_nothing_is_told(heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    assert heard.paths == []


def test_descriptors_and_oddities(heard: Heard, request_under_way: Any, tmp_path: Path) -> None:
    def odd() -> None:
        reading, writing = os.pipe()
        with open(reading), open(writing, "w"):
            pass
        with pytest.raises(TypeError):
            open(5.5)  # type: ignore[call-overload]
        with pytest.raises(ValueError, match="null"):
            open("a\0b")

    request_under_way(odd)


def test_open_stays_what_it_is(spans: Spans, tmp_path: Path) -> None:
    assert builtins.open is io.open
    assert repr(open) == "<built-in function open>"
    (tmp_path / "a.txt").write_text("a")
    assert spans() == []
