"""To introspection, nothing is different while a library is instrumented; afterwards everything is as before.

Looked at: every function, class and method of every module in which an integration hooks something, so that nothing
needs to be listed here for a new integration.
"""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
import types
from typing import Any

import pytest

from tests.contract.conftest import imported
from vedette._native import Wrapped
from vedette.integrations.index import MODULES
from vedette.integrations.load import load_integration

NAMES = sorted({name for names in MODULES.values() for name in names})

QUESTIONS = (
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
    inspect.isfunction,
    inspect.isroutine,
    inspect.isclass,
    inspect.isdatadescriptor,
    callable,
)

ATTRIBUTES = (
    "__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__text_signature__",
)  # fmt: skip


COMPILED = {"isfunction", "source", "repr"}
DIFFERENT = {
    # Coroutine functions that Cython compiled: native callables can't await, so what awaits them is written in Python.
    "asyncmy": {f"asyncmy.connection:Connection.{name}": COMPILED for name in ("commit", "connect", "rollback")},
}
"""What introspection can tell, and why it can't be helped."""


def test_there_are_integrations() -> None:
    assert len(NAMES) >= 18


def things(modules: list[str]) -> dict[str, Any]:
    """What the modules define, by path: raw attributes of modules and of their classes."""
    found: dict[str, Any] = {}
    for module in modules:
        for name, value in vars(sys.modules[module]).items():
            found[f"{module}:{name}"] = value
            if isinstance(value, type) and value.__module__.split(".")[0] == module.split(".")[0]:
                found.update({f"{module}:{name}.{inner}": raw for inner, raw in vars(value).items()})
    return {path: value for path, value in found.items() if _tells(value)}


def _tells(value: Any) -> bool:
    kinds = (type, types.FunctionType, types.BuiltinFunctionType, staticmethod, classmethod, property, Wrapped)
    return isinstance(value, kinds) or inspect.isroutine(value)


def told(value: Any) -> dict[str, Any]:
    """What introspection says of it."""
    function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
    function = function.fget if isinstance(function, property) else function
    answers: dict[str, Any] = {question.__name__: question(function) for question in QUESTIONS}
    answers.update({name: getattr(function, name, "none") for name in ATTRIBUTES})
    answers["raw"] = [isinstance(value, kind) for kind in (staticmethod, classmethod, property)]
    answers["signature"] = outcome(lambda: str(inspect.signature(function)))
    answers["source"] = outcome(lambda: inspect.getsourcelines(function)[1]) if inspect.isfunction(function) else None
    answers["copy"] = outcome(lambda: copy.copy(function) is function)  # Twisted can't copy bound class methods
    answers["deepcopy"] = outcome(lambda: copy.deepcopy(function) is function)
    answers["pickled"] = outcome(lambda: repr(pickle.loads(pickle.dumps(function))) == repr(function))
    answers["hash"] = outcome(lambda: isinstance(hash(function), int))
    answers["repr"] = repr(function)
    return answers


def outcome(ask: Any) -> Any:
    try:
        return ask()
    except Exception as error:
        return type(error).__name__


def looked_at(modules: list[str]) -> None:
    """Some libraries compute attributes, and keep them, when somebody looks."""
    for value in things(modules).values():
        told(value), names_of(value)


def _inherited(path: str) -> Any:
    """What a class has at this path by its bases."""
    module, _, names = path.partition(":")
    owner, _, name = names.rpartition(".")
    bases = vars(sys.modules[module])[owner].__mro__[1:]
    return next(vars(base)[name] for base in bases if name in vars(base))


def names_of(value: Any) -> set[str]:
    return {name for name in dir(value) if hasattr(value, name)}


def code(value: Any) -> Any:
    function = getattr(value, "__func__", getattr(value, "fget", value))
    return getattr(function, "__code__", None)


@pytest.mark.parametrize("name", NAMES)
def test_introspection(alone: Any, name: str) -> None:
    integration = load_integration(name)
    modules = imported(integration)
    if not modules:
        pytest.skip(f"{integration.distribution} is not installed")
    registry = alone(name)
    looked_at(modules)
    before = things(modules)
    plain = {path: told(value) for path, value in before.items()}
    codes = {path: code(value) for path, value in before.items()}
    names = {path: names_of(value) for path, value in before.items()}
    globals_before = {module: set(vars(sys.modules[module])) for module in modules}

    registry.instrument(name)
    installed = registry.installed[name]
    assert installed.applied
    during = things(modules)
    assert set(before) <= set(during)
    inherited = {path: _inherited(path) for path in during if path not in before}
    plain.update({path: told(value) for path, value in inherited.items()})
    names.update({path: names_of(value) for path, value in inherited.items()})
    differences = {path: (plain[path], told(value)) for path, value in during.items() if told(value) != plain[path]}
    allowed = DIFFERENT.get(name, {})
    different = {path: _first(*pair) for path, pair in differences.items()}
    assert {path: found for path, found in different.items() if set(found) != allowed.get(path)} == {}
    lost = {path: {name for name in names[path] if not hasattr(value, name)} for path, value in during.items()}
    assert {path: missing for path, missing in lost.items() if missing and path not in allowed} == {}
    replaced = {path: value for path, value in during.items() if value is not before.get(path)}
    assert {path for path, value in replaced.items() if not _stands_in(value)} == set(allowed)

    registry.uninstrument(name)
    after = things(modules)
    assert set(after) == set(before)
    assert {path for path in before if after[path] is not before[path]} == set()
    assert {path for path in before if code(after[path]) is not codes[path]} == set()
    assert {module: set(vars(sys.modules[module])) for module in modules} == globals_before


def _first(plain: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {key: (plain[key], now[key]) for key in plain if plain[key] != now[key]}


def _stands_in(value: Any) -> bool:
    """Whether it is a native callable in the place of one that is not written in Python."""
    function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
    return isinstance(function, Wrapped)


@pytest.mark.parametrize("name", NAMES)
def test_targets_exist_in_the_newest_version(alone: Any, name: str) -> None:
    integration = load_integration(name)
    if not imported(integration):
        pytest.skip(f"{integration.distribution} is not installed")
    registry = alone(name)
    registry.instrument(name)
    assert registry.installed[name].missing == []


@pytest.mark.parametrize("name", NAMES)
def test_on_and_off_many_times(alone: Any, name: str) -> None:
    integration = load_integration(name)
    modules = imported(integration)
    if not modules:
        pytest.skip(f"{integration.distribution} is not installed")
    registry = alone(name)
    before = {path: (value, code(value)) for path, value in things(modules).items()}
    for _ in range(5):
        registry.instrument(name)
        registry.uninstrument(name)
    after = {path: (value, code(value)) for path, value in things(modules).items()}
    assert {path for path in before if any(a is not b for a, b in zip(before[path], after[path]))} == set()
