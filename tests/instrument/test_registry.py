"""Integrations meet their libraries: whatever the import order, from the floor on, and off again."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.instrument.conftest import operation
from vedette.instrument import Around, Integration, Setup, option
from vedette.instrument.registry import Registry
from vedette.instrument.versions import at_least, numbers, version_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def library(folder: Path, name: str, source: str = "__version__ = '1.5'\ndef f(): return 1") -> None:
    (folder / f"{name}.py").write_text(source)
    importlib.invalidate_caches()


def declared(name: str, *hooks: Any, **more: Any) -> Integration:
    return Integration(name, title=name, distribution=name, modules=[name], hooks=hooks, **more)


@pytest.fixture
def registry(in_memory: None) -> Iterator[Any]:
    """`registry(integration)`: a registry that knows that one."""
    made = []

    def make(integration: Integration, **values: Any) -> Registry:
        options = {each.name: each.default for each in integration.options}
        created = Registry(lambda name: integration, lambda _: None, lambda _: {**options, **values})
        made.append(created)
        return created

    yield make
    for each in made:
        each.stop()


@pytest.mark.parametrize("order", ["watch first", "import first"])
def test_the_order_of_imports_does_not_matter(registry: Any, folder: Path, finished: Any, order: str) -> None:
    library(folder, "lib_a")
    made = registry(declared("lib_a", Around("lib_a:f", operation)))
    if order == "import first":
        importlib.import_module("lib_a")
    made.watch({"lib_a": ("lib_a",)}, ["lib_a"])
    from lib_a import f  # type: ignore[import-not-found]

    assert f() == 1
    assert len(finished()) == 1
    assert made.installed["lib_a"].applied == ["lib_a:f"]


def test_what_is_not_wanted_is_left_alone(registry: Any, folder: Path, finished: Any) -> None:
    library(folder, "lib_b")
    made = registry(declared("lib_b", Around("lib_b:f", operation)))
    made.watch({"lib_b": ("lib_b",)}, [])
    importlib.import_module("lib_b").f()
    assert (made.installed, finished()) == ({}, [])


@pytest.mark.parametrize(("floor", "reason"), [("1.5", None), ("1.4.9", None), ("1.6", "lib_c 1.5 is older than 1.6")])
def test_floors(registry: Any, folder: Path, caplog: pytest.LogCaptureFixture, floor: str, reason: str | None) -> None:
    library(folder, "lib_c")
    made = registry(declared("lib_c", Around("lib_c:f", operation), floor=floor))
    with caplog.at_level(logging.WARNING, "vedette"):
        importlib.import_module("lib_c")
        assert made.instrument("lib_c") == reason
    assert ("lib_c" in made.installed) is (reason is None)
    assert [record.getMessage() for record in caplog.records] == (
        [f"integration lib_c leaves its library alone: {reason}"] if reason else []
    )


def test_the_version_is_not_that_of_what_the_library_is_built_on(registry: Any, folder: Path) -> None:
    library(folder, "lib_below", "__version__ = '0.1'\ndef g(): return 1")
    library(folder, "lib_above", "import lib_below\n__version__ = '1.5'\ndef f(): return 1")
    hooks = (Around("lib_below:g", operation), Around("lib_above:f", operation))
    made = registry(declared("lib_above", *hooks, floor="1.0"))
    made.instrument("lib_above")
    importlib.import_module("lib_above")
    assert made.refused == {}
    assert made.installed["lib_above"].applied == ["lib_below:g", "lib_above:f"]


def test_taking_off_restores_the_code(registry: Any, folder: Path, finished: Any) -> None:
    library(folder, "lib_d")
    module = importlib.import_module("lib_d")
    function, code = module.f, module.f.__code__
    made = registry(declared("lib_d", Around("lib_d:f", operation)))
    made.instrument("lib_d")
    assert module.f is function
    assert module.f.__code__ is not code
    made.uninstrument("lib_d")
    assert (module.f is function, module.f.__code__ is code) == (True, True)
    made.instrument("lib_d")
    module.f()
    assert len(finished()) == 1


def test_hooks_of_two_modules_wait_for_theirs(registry: Any, folder: Path) -> None:
    library(folder, "lib_e")
    library(folder, "lib_f")
    made = registry(declared("lib_e", Around("lib_e:f", operation), Around("lib_f:f", operation)))
    made.instrument("lib_e")
    importlib.import_module("lib_e")
    assert made.installed["lib_e"].applied == ["lib_e:f"]
    importlib.import_module("lib_f")
    assert made.installed["lib_e"].applied == ["lib_e:f", "lib_f:f"]


def test_instrumenting_twice_hooks_once(registry: Any, folder: Path, finished: Any) -> None:
    library(folder, "lib_g")
    module = importlib.import_module("lib_g")
    made = registry(declared("lib_g", Around("lib_g:f", operation)))
    made.instrument("lib_g")
    made.instrument("lib_g")
    module.f()
    assert len(finished()) == 1


def test_options_decide_about_hooks(registry: Any, folder: Path) -> None:
    library(folder, "lib_h")
    module = importlib.import_module("lib_h")
    integration = declared(
        "lib_h", Around("lib_h:f", operation, option="more"), options=[option("more", False, "Whether f is hooked.")]
    )
    for more in (False, True):
        made = registry(integration, more=more)
        made.instrument("lib_h")
        assert made.installed["lib_h"].applied == (["lib_h:f"] if more else [])
        made.stop()
    assert module.f() == 1


def test_a_setup_that_fails_leaves_the_rest(registry: Any, folder: Path) -> None:
    library(folder, "lib_i")

    def install(installed: Any) -> Any:
        raise RuntimeError("this version is different")

    made = registry(declared("lib_i", Setup("lib_i", install), Around("lib_i:f", operation)))
    made.instrument("lib_i")
    importlib.import_module("lib_i")
    state = made.installed["lib_i"]
    assert state.applied == ["lib_i:f"]
    assert "this version is different" in state.missing[0]


def test_a_setup_is_undone(registry: Any, folder: Path) -> None:
    library(folder, "lib_j", "hooks = []")
    module = importlib.import_module("lib_j")

    def install(installed: Any) -> Any:
        module.hooks.append("ours")
        return lambda: module.hooks.remove("ours")

    made = registry(declared("lib_j", Setup("lib_j", install)))
    made.instrument("lib_j")
    assert module.hooks == ["ours"]
    made.stop()
    assert module.hooks == []


def test_an_integration_that_cannot_be_loaded_leaves_its_library_alone(in_memory: None, folder: Path) -> None:
    library(folder, "lib_m")

    def fail(name: str) -> Any:
        raise SyntaxError("in the integration's file")

    made = Registry(fail, lambda _: None, lambda _: {})
    made.watch({"lib_m": ("lib_m",)}, ["lib_m"])
    assert importlib.import_module("lib_m").f() == 1
    assert "in the integration's file" in made.refused["lib_m"]
    made.stop()


def test_a_setup_runs_once(registry: Any, folder: Path) -> None:
    library(folder, "lib_n", "hooks = []")
    module = importlib.import_module("lib_n")

    def install(installed: Any) -> Any:
        module.hooks.append("ours")
        return module.hooks.clear

    made = registry(declared("lib_n", Setup("lib_n", install)))
    made.instrument("lib_n")
    made.instrument("lib_n")
    assert module.hooks == ["ours"]


def test_a_library_that_fails_to_import_fails_as_before(registry: Any, folder: Path) -> None:
    library(folder, "lib_k", "raise LookupError('mine')")
    made = registry(declared("lib_k", Around("lib_k:f", operation)))
    made.instrument("lib_k")
    with pytest.raises(LookupError, match="mine"):
        importlib.import_module("lib_k")
    assert made.installed == {}


def test_calls_from_many_threads_while_it_goes_on_and_off(registry: Any, folder: Path, finished: Any) -> None:
    library(folder, "lib_l", "def f(x): return x")
    module = importlib.import_module("lib_l")
    made = registry(declared("lib_l", Around("lib_l:f", operation)))
    wrong: list[Any] = []
    stop = threading.Event()

    def call() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            if module.f(number) != number:
                wrong.append(number)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        made.instrument("lib_l")
        made.uninstrument("lib_l")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0.0rc1", (2, 0, 0)),
        ("v1.2", (1, 2)),
        ("1.2.3+local.4", (1, 2, 3)),
        ("2.9.10 (dt dec)", (2, 9, 10)),
        ("x", ()),
    ],
)
def test_versions_as_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected


@pytest.mark.parametrize(
    ("version", "floor", "enough"), [("1.10", "1.9", True), ("1.0", "1", True), ("0.9.9", "1", False)]
)
def test_comparing_versions(version: str, floor: str, enough: bool) -> None:
    assert at_least(version, floor) is enough


def test_the_version_is_found_beside_the_package() -> None:
    import importlib.metadata

    import pluggy

    version = importlib.metadata.version("pluggy")
    assert version_of("pluggy", "pluggy") == version
    assert pluggy is not None
