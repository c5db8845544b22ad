"""What the tests of all integrations use: vedette at work in memory, and the spans that it made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import Web, serving
from vedette import _native
from vedette.lifecycle import running


@pytest.fixture(scope="session", autouse=True)
def _instrumented() -> Iterator[None]:
    """Everything automatic is instrumented, spans stay in memory."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("DD_SERVICE", "DD_ENV", "DD_VERSION", "DD_TAGS", "VEDETTE_SERVICE"):
            environment.delenv(name, raising=False)
        environment.setenv("VEDETTE_PROTECTION", "off")
        vedette.start(in_memory=True)
    yield
    vedette.stop()


@pytest.fixture
def spans() -> Spans:
    """Call it for the spans that finished since the test began (or since the last call), in order of their start."""
    _native.take()
    return Spans()


@pytest.fixture
def option(request: pytest.FixtureRequest) -> Iterator[Any]:
    """`option("requests", split_by_domain=True)`: other values for an integration's options, until the test's end."""
    with contextlib.ExitStack() as undo:

        def change(integration: str, **values: Any) -> None:
            state = running()
            assert state is not None
            declared = state.registry.installed[integration].integration
            unknown = set(values) - set(declared.values)
            assert not unknown, f"{integration} has no option {unknown}"
            undo.callback(setattr, declared, "values", declared.values)
            declared.values = {**declared.values, **values}

        yield change


@pytest.fixture
def instrument() -> Iterator[Any]:
    """`instrument("urllib3")`: an integration that is off by default, on until the test's end."""
    with contextlib.ExitStack() as undo:

        def switch_on(name: str) -> None:
            state = running()
            assert state is not None
            undo.callback(state.registry.uninstrument, name)
            assert state.registry.instrument(name) is None
            assert state.registry.installed[name].missing == []

        yield switch_on


@pytest.fixture(scope="session")
def _web() -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def web(_web: Web) -> Web:
    """A web server in this process's threads, untraced, that remembers what it was asked."""
    _web.seen.clear()
    return _web


@pytest.fixture
def declared_again() -> Any:
    """`with declared_again("psycopg", trace_connect=True)`: an integration installed anew, with other options."""

    @contextlib.contextmanager
    def again(name: str, **values: Any) -> Iterator[None]:
        state = running()
        assert state is not None
        registry = state.registry
        ordinary = registry._values_of
        registry.uninstrument(name)
        registry._values_of = lambda integration: {**ordinary(integration), **values}
        try:
            registry.instrument(name)
            yield
        finally:
            registry._values_of = ordinary
            registry.uninstrument(name)
            registry.instrument(name)

    return again
