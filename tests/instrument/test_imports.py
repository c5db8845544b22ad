"""Watching imports: told once, after the module's code has run, and nothing of the import is different."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vedette.instrument.imports import Finder


@pytest.fixture
def finder() -> Iterator[Finder]:
    made = Finder()
    yield made
    made.stop()
    assert made not in sys.meta_path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder: Path, **sources: str) -> None:
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    importlib.invalidate_caches()


def test_told_after_the_code_has_run(finder: Finder, folder: Path) -> None:
    write(folder, watched_a="value = 1")
    seen: list[Any] = []
    finder.watch("watched_a", lambda name: seen.append((name, sys.modules[name].value)))
    assert seen == []
    importlib.import_module("watched_a")
    assert seen == [("watched_a", 1)]
    importlib.import_module("watched_a")
    assert len(seen) == 1


def test_told_at_once_if_it_is_loaded(finder: Finder) -> None:
    seen: list[str] = []
    finder.watch("json", seen.append)
    assert seen == ["json"]
    assert finder not in sys.meta_path


def test_several_watchers(finder: Finder, folder: Path) -> None:
    write(folder, watched_b="")
    seen: list[str] = []
    finder.watch("watched_b", lambda name: seen.append("first"))
    finder.watch("watched_b", lambda name: seen.append("second"))
    importlib.import_module("watched_b")
    assert seen == ["first", "second"]


def test_the_module_looks_as_without(finder: Finder, folder: Path) -> None:
    write(folder, plain_c="", watched_c="")
    finder.watch("watched_c", lambda name: None)
    plain, watched = importlib.import_module("plain_c"), importlib.import_module("watched_c")
    assert type(watched.__loader__) is type(plain.__loader__)
    assert type(watched.__spec__.loader) is type(plain.__spec__.loader)
    assert watched.__loader__.path == str(folder / "watched_c.py")
    assert watched.__spec__.origin == watched.__file__
    assert watched.__loader__.get_source("watched_c") == ""
    assert set(vars(watched)) == set(vars(plain))


def test_an_import_that_fails_fails_as_before_and_may_be_tried_again(finder: Finder, folder: Path) -> None:
    write(folder, watched_d="import os\nif 'fail' in os.environ: raise LookupError('mine')")
    seen: list[str] = []
    finder.watch("watched_d", seen.append)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("fail", "1")
        with pytest.raises(LookupError, match="mine"):
            importlib.import_module("watched_d")
    assert seen == []
    assert "watched_d" not in sys.modules
    importlib.import_module("watched_d")
    assert seen == ["watched_d"]


def test_a_module_that_does_not_exist(finder: Finder) -> None:
    finder.watch("no_such_module_at_all", lambda name: pytest.fail("it was not imported"))
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module_at_all'"):
        importlib.import_module("no_such_module_at_all")
    assert importlib.util.find_spec("no_such_module_at_all") is None


def test_looking_for_a_spec_is_no_import(finder: Finder, folder: Path) -> None:
    write(folder, watched_e="")
    seen: list[str] = []
    finder.watch("watched_e", seen.append)
    assert importlib.util.find_spec("watched_e") is not None
    assert seen == []
    importlib.import_module("watched_e")
    assert seen == ["watched_e"]


def test_packages_and_their_modules(finder: Finder, folder: Path) -> None:
    (folder / "pack").mkdir()
    write(folder / "pack", __init__="from pack.inner import value", inner="value = 1")
    seen: list[str] = []
    finder.watch("pack.inner", seen.append)
    finder.watch("pack", seen.append)
    importlib.import_module("pack.inner")
    assert seen == ["pack.inner", "pack"]


def test_a_circular_import_is_told_when_it_is_complete(finder: Finder, folder: Path) -> None:
    write(folder, circle_a="import circle_b\nvalue = 1", circle_b="import circle_a\nvalue = 2")
    seen: list[Any] = []
    finder.watch("circle_a", lambda name: seen.append((name, sys.modules[name].value)))
    finder.watch("circle_b", lambda name: seen.append((name, sys.modules[name].value)))
    importlib.import_module("circle_a")
    assert seen == [("circle_b", 2), ("circle_a", 1)]


def test_watching_in_the_middle_of_an_import(finder: Finder, folder: Path) -> None:
    write(folder, watched_f="import watching\nwatching.begin()\nvalue = 1")
    seen: list[Any] = []
    watching: Any = type(sys)("watching")
    watching.begin = lambda: finder.watch("watched_f", lambda name: seen.append(name))
    sys.modules["watching"] = watching
    importlib.import_module("watched_f")
    assert seen in ([], ["watched_f"])
    importlib.reload(sys.modules["watched_f"])
    assert "watched_f" in seen


def test_a_reload_runs_and_leaves_the_module(finder: Finder, folder: Path) -> None:
    write(folder, watched_g="count = globals().get('count', 0) + 1")
    seen: list[str] = []
    finder.watch("watched_g", seen.append)
    module = importlib.import_module("watched_g")
    assert importlib.reload(module) is module
    assert module.count == 2
    assert seen == ["watched_g"]


def test_other_finders_are_asked_in_their_order(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Own:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
            asked.append(name)
            return None

    finder.watch("watched_i", lambda name: None)
    monkeypatch.setattr(sys, "meta_path", [Own, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("watched_i")
    assert "watched_i" in asked


def test_after_stop_nothing_is_told(finder: Finder, folder: Path) -> None:
    write(folder, watched_j="")
    finder.watch("watched_j", lambda name: pytest.fail("it was stopped"))
    finder.stop()
    importlib.import_module("watched_j")


def test_a_watcher_may_import_and_watch(finder: Finder, folder: Path) -> None:
    write(folder, watched_k="", watched_l="")
    seen: list[str] = []

    def first(name: str) -> None:
        finder.watch("watched_l", seen.append)
        importlib.import_module("watched_l")
        seen.append(name)

    finder.watch("watched_k", first)
    importlib.import_module("watched_k")
    assert seen == ["watched_l", "watched_k"]
