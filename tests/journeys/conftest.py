"""What the journeys share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys import echo as echo_server


@pytest.fixture(scope="session")
def echo() -> Iterator[echo_server.Echo]:
    """The server that the applications call."""
    with echo_server.running() as server:
        yield server
