"""The pytest plugin. Nothing is loaded unless `--vedette` (or `vedette = true` in pytest's settings) asks for it."""

from __future__ import annotations

import pytest

OPTION, SETTING = "--vedette", "vedette"
MARKER = (
    "budget(spans=None, queries=None, repeated=None, seconds=None): with --vedette, the test fails if its work made "
    "more spans or queries, ran one statement more often than `repeated`, or if a request took longer."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("vedette")
    told = "trace the application under test; fixtures `spans`, `attacks`, `span_snapshot`, marker `budget`"
    group.addoption(OPTION, action="store_true", default=None, help=told)
    group.addoption("--vedette-update", action="store_true", help="write snapshots of spans anew")
    parser.addini(SETTING, "as --vedette", type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Starts vedette, before the application is imported."""
    config.addinivalue_line("markers", MARKER)
    if not (config.getoption(OPTION) or config.getini(SETTING)):
        return
    if int(pytest.__version__.partition(".")[0]) < 8:
        raise pytest.UsageError("--vedette needs pytest 8 or newer")
    # Only where they are asked for: whoever has fixtures of these names keeps them.
    from vedette.testing import fixtures
    from vedette.testing.session import Session

    config.pluginmanager.register(Session(), "vedette-session")
    config.pluginmanager.register(fixtures, "vedette-fixtures")
