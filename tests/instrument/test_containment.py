"""Bugs of describers stay within: counted, told once, and an integration that keeps failing switches itself off."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.instrument.conftest import broken, operation
from vedette.operations import Operation

MOST = 20
"""Errors after which an integration switches itself off."""


@pytest.fixture
def module(library: Any) -> Any:
    return library("def f(x): return x\ndef fail(): raise LookupError('mine')\ndef steps():\n    yield 1\n    yield 2")


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "vedette"]


def test_it_switches_itself_off_and_says_so_once(module: Any, hook: Any, caplog: pytest.LogCaptureFixture) -> None:
    installed = hook(module, "f", broken)
    with caplog.at_level(logging.WARNING, "vedette"):
        assert [module.f(number) for number in range(100)] == list(range(100))
    assert (installed.switch.failures, installed.switch.on) == (MOST, False)
    first, last = told(caplog)
    assert first.startswith("integration library met an error, which was contained: RuntimeError('a bug")
    assert last.startswith("integration library switched itself off after repeated errors: RuntimeError('a bug")


def test_fewer_errors_leave_it_on(module: Any, hook: Any, finished: Any) -> None:
    calls = iter([broken] * (MOST - 1) + [operation])
    installed = hook(module, "f", lambda call: next(calls)(call))
    assert [module.f(number) for number in range(MOST)] == list(range(MOST))
    assert (installed.switch.failures, installed.switch.on) == (MOST - 1, True)
    assert len(finished()) == 1


def test_off_means_plain(module: Any, hook: Any, finished: Any) -> None:
    installed = hook(module, "f")
    installed.switch.on = False
    assert module.f(1) == 1
    assert finished() == []


def test_a_failing_after_leaves_the_result(module: Any, hook: Any, finished: Any) -> None:
    installed = hook(module, "f", after=lambda call, result: broken(call))
    assert module.f(7) == 7
    assert installed.switch.failures == 1
    assert len(finished()) == 1


def test_an_operation_that_fails_at_its_ends(module: Any, hook: Any, finished: Any) -> None:
    class Broken(Operation):
        def begin(self, span: Any) -> None:
            raise RuntimeError("begin")

        def end(self, span: Any) -> None:
            raise RuntimeError("end")

    installed = hook(module, "f", lambda call: Broken("library.call"))
    assert module.f(7) == 7
    assert installed.switch.failures == 2
    assert [span["error"] for span in finished()] == [False]


@pytest.mark.parametrize("described", [7, "text", object(), [], Exception("no operation")])
def test_a_describer_that_gives_something_else(module: Any, hook: Any, described: Any) -> None:
    installed = hook(module, "f", lambda call: described)
    assert [module.f(number) for number in range(3)] == [0, 1, 2]
    assert installed.switch.failures > 0


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_interrupts_in_a_describer_belong_to_the_application(module: Any, hook: Any, interrupt: Any) -> None:
    def interrupted(call: Any) -> None:
        raise interrupt

    installed = hook(module, "f", interrupted)
    with pytest.raises(interrupt):
        module.f(1)
    assert installed.switch.failures == 0


def test_the_applications_error_survives_a_failing_integration(module: Any, hook: Any) -> None:
    hook(module, "fail", lambda call: Operation("library.call"), after=lambda call, result: broken(call))
    with pytest.raises(LookupError, match="mine") as raised:
        module.fail()
    assert raised.value.__context__ is None


def test_generators_with_a_broken_describer(module: Any, hook: Any) -> None:
    installed = hook(module, "steps", broken)
    assert list(module.steps()) == [1, 2]
    assert installed.switch.failures == 1


def test_operations_with_hostile_fields(module: Any, hook: Any, finished: Any) -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    def describe(call: Any) -> Operation:
        made = Operation("library.call", Hostile(), Hostile())  # type: ignore[arg-type]
        made.kind = Hostile()  # type: ignore[assignment]
        return made

    hook(module, "f", describe)
    assert module.f(1) == 1
    assert [span["resource"] for span in finished()] == ["<unprintable Hostile>"]


class Listener:
    """Tells what it hears; raises where it is told to."""

    def __init__(self, fails: str = "") -> None:
        self.heard: list[str] = []
        self._fails = fails

    def _hear(self, moment: str) -> None:
        self.heard.append(moment)
        if moment == self._fails:
            raise RuntimeError("a bug in the listener")

    def before(self, call: Any) -> None:
        self._hear("before")

    def after(self, call: Any) -> None:
        self._hear("after")

    def failed(self, call: Any, error: BaseException) -> bool:
        self._hear("failed")
        return False


class Heard(Operation):
    """An operation of these tests alone, so that their listeners hear nothing else."""


@pytest.mark.parametrize("moment", ["", "before", "after", "failed"])
def test_listeners_may_fail(module: Any, hook: Any, finished: Any, moment: str) -> None:
    listener = Listener(moment)
    Heard.listen(listener)  # type: ignore[arg-type]
    try:
        installed = hook(module, "f", lambda call: Heard("library.call"))
        failing = hook(module, "fail", lambda call: Heard("library.call"))
        assert module.f(3) == 3
        with pytest.raises(LookupError, match="mine"):
            module.fail()
    finally:
        Heard.unlisten(listener)  # type: ignore[arg-type]
    assert listener.heard == ["before", "after", "before", "failed"]
    expected = {"": 0, "before": 2, "after": 1, "failed": 1}[moment]
    assert installed.switch.failures + failing.switch.failures == expected
    assert [span["error"] for span in finished()] == [False, True]
