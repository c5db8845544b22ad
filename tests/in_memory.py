"""vedette at work without integrations and without a network: finished spans stay in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import vedette
from vedette import _native
from vedette.lifecycle import running
from vedette.lifecycle.native_options import native_options
from vedette.settings import load


@pytest.fixture(scope="module")
def in_memory() -> Iterator[None]:
    """Started for one module of tests, unless it is started already."""
    if running() is not None:
        yield
        return
    vedette.start(in_memory=True, instrument=False, protection="off")
    yield
    vedette.stop()


@pytest.fixture
def finished(in_memory: None) -> Any:
    """Call it for the spans that finished since: dictionaries with `trace_id`, in order of their start."""
    _native.take()

    def spans() -> list[dict[str, Any]]:
        taken = [{**span, "trace_id": chunk["trace_id"]} for chunk in _native.take() for span in chunk["spans"]]
        return sorted(taken, key=lambda span: span["start"])

    return spans


@pytest.fixture
def configured(in_memory: None) -> Iterator[Any]:
    """`configured(sample_rate=0.5)`: the native core with other settings, until the test's end."""

    def change(**options: object) -> None:
        _native.configure(native_options(load(options), in_memory=True))

    yield change
    state = running()
    assert state is not None
    _native.configure(native_options(state.settings, in_memory=True))
