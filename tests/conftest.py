"""What every room of the tests can use."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

import pytest

with suppress(ImportError):  # the environments of the matrix do without it
    from hypothesis import settings

    settings.register_profile("vedette", deadline=None)  # a busy machine is no finding
    settings.load_profile("vedette")

pytest_plugins = ["tests.in_memory", "tests.services.fixtures"]

HERE = Path(__file__).parent
AMONG_PROCESSES = (
    "journeys",
    "demo",
    "services",
    "agent/test_browser",
    "agent/test_remote_browser.py",
    "agent/test_forward",
    "agent/test_process.py",
    "agent/test_receive_clients.py",
    "cli/test_doctor.py",
    "cli/test_run_ui.py",
    "docs/test_servers.py",
    "remote",
    "integrations/test_celery.py",
    "protection/test_served.py",
)
"""Tests that play whole processes against one another by the clock. Other programs' own races (uWSGI's exit code, a
browser's element that was just replaced) and a machine that is busy for a moment show there too: what is wrong with
vedette fails three times in a row."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Plays those tests again when they fail."""
    for item in items:
        if item.path.relative_to(HERE).as_posix().startswith(AMONG_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))


@pytest.fixture(autouse=True)
def _log_is_heard() -> None:
    """Servers and workers that other tests started in this process may have disabled the loggers that they found, or
    told the root to keep warnings to itself.
    """
    log = logging.getLogger("vedette")
    log.disabled, log.propagate = False, True
    log.setLevel(logging.WARNING)
