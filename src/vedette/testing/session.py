"""vedette in the process of the tests: spans stay in memory, nothing is sent."""

from __future__ import annotations

import pytest

import vedette
from vedette.lifecycle import running


class Session:
    """From the beginning of pytest to its end."""

    def __init__(self) -> None:
        if running() is not None:
            raise pytest.UsageError("vedette is at work already: give --vedette without `vedette run`")
        vedette.start(in_memory=True)

    def pytest_unconfigure(self) -> None:
        """Takes vedette out again."""
        vedette.stop()
