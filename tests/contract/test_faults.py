"""Whatever of vedette is made to fail, the application's answers are the same, and the failure is counted.

One by one: every describer, every look at a result, every part of an operation, and listeners at every moment.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import imported
from tests.contract.exercises import EXERCISES
from vedette import operations
from vedette.instrument.installed import Installed
from vedette.integrations.index import MODULES
from vedette.integrations.load import load_integration
from vedette.operations import Operation

APART = {"gevent"}
"""Integrations whose work needs a process of its own: this file is run again for each of them."""
ONLY = os.environ.get("VEDETTE_TEST_APART")
NAMES = [ONLY] if ONLY else sorted({name for names in MODULES.values() for name in names} - APART)

ROOT = Path(__file__).resolve().parents[2]
KINDS = [kind for kind in vars(operations).values() if isinstance(kind, type) and issubclass(kind, Operation)]


class Fault(Exception):
    """What is made to happen."""


@pytest.fixture
def exercise(request: pytest.FixtureRequest) -> Any:
    """`exercise("flask")`: a function that does the library's piece of work."""

    def make(name: str) -> Any:
        if not imported(load_integration(name)):
            pytest.skip("not installed")
        chosen = EXERCISES[name]
        server = request.getfixturevalue(chosen.server) if chosen.server else None
        return lambda: chosen.work(server)

    return make


def test_every_integration_has_an_exercise() -> None:
    assert {name for names in MODULES.values() for name in names} == set(EXERCISES)


@pytest.mark.skipif(ONLY is not None, reason="this is that process")
@pytest.mark.parametrize("name", sorted(APART))
def test_in_a_process_of_its_own(name: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", f"[{name}"]
    environment = {**os.environ, "VEDETTE_TEST_APART": name}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert re.search(r"\b10 passed", done.stdout), done.stdout[-1000:]


class Faults:
    """Makes the n-th function that an integration hands to its hooks fail, wherever it is used."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.position = -1
        self.reached = 0
        self._seen: dict[Any, int] = {}
        self._make = Installed.hook
        faults = self

        def hook(installed: Installed, original: Any, describe: Any, after: Any = None, names: Any = ()) -> Any:
            describe = faults.prepared(describe)
            return faults._make(installed, original, describe, faults.prepared(after) if after else None, names)

        monkeypatch.setattr(Installed, "hook", hook)

    def start(self, position: int) -> None:
        self.position, self.reached = position, 0
        self._seen.clear()

    def prepared(self, function: Any) -> Any:
        position = self._seen.setdefault(function, len(self._seen))

        def failing(*args: Any) -> Any:
            self.reached += 1
            raise Fault(position)

        return failing if position == self.position else function

    @property
    def over(self) -> bool:
        return self.position >= len(self._seen)


@pytest.mark.parametrize("name", NAMES)
def test_describers_and_looks_at_results(alone: Any, exercise: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    work = exercise(name)
    expected = work()
    faults = Faults(monkeypatch)
    registry = alone(name)
    hit = position = 0
    while True:
        faults.start(position)
        registry.instrument(name)
        installed = registry.installed[name]
        assert work() == expected, f"{name}: fault {position} changed the answer"
        assert (installed.switch.failures > 0) is (faults.reached > 0), f"{name}: fault {position} was not counted"
        registry.uninstrument(name)
        if faults.over:
            break
        hit += bool(faults.reached)
        position += 1
    assert hit, "no fault was reached"


@pytest.mark.parametrize("part", ["begin", "end", "__init__"])
@pytest.mark.parametrize("name", NAMES)
def test_parts_of_operations(alone: Any, exercise: Any, monkeypatch: pytest.MonkeyPatch, name: str, part: str) -> None:
    work = exercise(name)
    expected = work()

    def failing(*args: Any, **named: Any) -> None:
        raise Fault(part)

    for kind in KINDS:
        if part in vars(kind):
            monkeypatch.setattr(kind, part, failing)
    alone(name).instrument(name)
    assert work() == expected


class Listener:
    """Fails at one moment."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self.reached = 0

    def __getattr__(self, name: str) -> Any:
        if name not in ("before", "learned", "after", "failed"):
            raise AttributeError(name)
        return self._failing if name == self._moment else lambda *args: None

    def _failing(self, *args: Any) -> None:
        self.reached += 1
        raise Fault(self._moment)


@pytest.mark.parametrize("moment", ["before", "learned", "after", "failed"])
@pytest.mark.parametrize("name", NAMES)
def test_listeners(alone: Any, exercise: Any, name: str, moment: str) -> None:
    work = exercise(name)
    expected = work()
    listener: Any = Listener(moment)
    registry = alone(name)
    registry.instrument(name)
    for kind in KINDS:
        kind.listen(listener)
    try:
        assert work() == expected
    finally:
        for kind in KINDS:
            kind.unlisten(listener)
    if listener.reached and moment != "learned":
        assert registry.installed[name].switch.failures > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_switch_that_is_off_in_the_middle(alone: Any, exercise: Any, name: str) -> None:
    """What was begun while an integration was on goes on without it."""
    work = exercise(name)
    expected = work()
    registry = alone(name)
    registry.instrument(name)
    registry.installed[name].switch.on = False
    assert work() == expected


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_the_same_while_all_is_well(alone: Any, exercise: Any, name: str) -> None:
    work = exercise(name)
    expected = work()
    registry = alone(name)
    registry.instrument(name)
    assert work() == expected
    assert registry.installed[name].switch.failures == 0
