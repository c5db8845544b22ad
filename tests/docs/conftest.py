"""vedette at work for the examples that tell it something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import vedette
from vedette.lifecycle import running


@pytest.fixture(scope="module")
def instrumented() -> Iterator[None]:
    """Started here, unless other tests have done so."""
    started = running() is None
    if started:
        vedette.start(in_memory=True, protection="off")
    yield
    if started:
        vedette.stop()
