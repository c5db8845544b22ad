"""Fixtures, and the budgets of marked tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vedette.testing.attacks import Attacks
from vedette.testing.budget import check
from vedette.testing.snapshot import Snapshot
from vedette.testing.spans import Spans

_SPANS = pytest.StashKey[Spans]()


@pytest.fixture(autouse=True)
def _vedette_budget(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("budget") is not None:
        request.node.stash[_SPANS] = request.getfixturevalue("spans")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A marked test that has passed fails if its work cost too much."""
    yield
    marker = item.get_closest_marker("budget")
    if marker is not None and _SPANS in item.stash:
        allowed = dict(marker.kwargs)
        check(item.stash[_SPANS], limit_spans=allowed.pop("spans", None), **allowed)


@pytest.fixture
def spans() -> Spans:
    """The spans that finish during the test."""
    return Spans()


@pytest.fixture
def attacks(spans: Spans) -> Attacks:
    """What protection finds during the test."""
    return Attacks(spans)


@pytest.fixture
def span_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """`span_snapshot.matches(spans)`: beside an earlier run, in `__snapshots__` next to the test's file."""
    folder = request.path.parent / "__snapshots__" / request.path.stem
    return Snapshot(folder, request.node.name, bool(request.config.getoption("--vedette-update")))
