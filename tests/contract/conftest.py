"""Integrations on their own, whatever else runs in this process."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integrations import odbc
from tests.integrations.databases import MySQL
from tests.integrations.web import serving
from vedette.instrument.integration import Integration, targets
from vedette.instrument.registry import Registry
from vedette.instrument.targets import module_of
from vedette.integrations.load import load_integration
from vedette.lifecycle import running


def make_ready(name: str) -> None:
    """Django has settings before most of it can be imported; Pylons has a stand-in."""
    if name in ("django", "djangorestframework"):
        importlib.import_module("tests.integrations.django_site")
    if name == "pylons" and name not in sys.modules:
        importlib.import_module("tests.integrations.pylons_stand_in").install()


def imported(integration: Integration) -> list[str]:
    """Imports what the integration hooks; the modules that this version of the library has."""
    found = []
    make_ready(integration.name)
    for module in dict.fromkeys(module_of(target) for hook in integration.hooks for target in targets(hook)):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
            found.append(module)
    return found


@pytest.fixture
def alone(in_memory: None) -> Iterator[Any]:
    """`alone("flask")`: a registry that knows that integration with all its options on, and the integration's rest."""
    with contextlib.ExitStack() as undo:

        def make(name: str) -> Registry:
            state = running()
            assert state is not None
            if name in state.registry.installed:
                state.registry.uninstrument(name)
                undo.callback(state.registry.instrument, name)
            registry = Registry(load_integration, lambda _: None, _everything)
            undo.callback(registry.stop)
            return registry

        yield make
    _revived(running())


def _revived(state: Any) -> None:
    """What is made to fail here is other integrations' too, and they would stay switched off for all tests to come."""
    for name, installed in list(state.registry.installed.items()):
        if installed.switch.failures:
            state.registry.uninstrument(name)
            state.registry.instrument(name)


def _everything(integration: Integration) -> dict[str, Any]:
    """Every option that is a switch is on: the more is hooked, the more can go wrong."""
    declared = {option.name: option.default is False or option.default for option in integration.options}
    return {**declared, "full": True}


@pytest.fixture(scope="module")
def web() -> Iterator[Any]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def postgresql_dsn(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("postgresql_server").database()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def mysql_options(request: pytest.FixtureRequest) -> Any:
    return MySQL(request.getfixturevalue("mariadb_server"), "mysql", "mysql", "mysql").options


@pytest.fixture(scope="module")
def redis_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("redis_server").url  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def odbc_string() -> str:
    return odbc.connection_string("SQLite3", "libsqlite3odbc.so", Database=":memory:")
