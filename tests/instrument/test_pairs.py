"""From one signal to another: who was begun is ended by its key, and nothing grows without bounds."""

from __future__ import annotations

import contextvars
from typing import Any

import pytest

import vedette
from vedette.instrument import Between, Integration
from vedette.instrument.installed import Installed
from vedette.instrument.pairs import _MOST_OPEN
from vedette.operations import Operation

SOURCE = """
class Signal:
    def __init__(self): self.receivers = []
    def connect(self, receiver, weak=True): self.receivers.append(receiver)
    def disconnect(self, receiver): self.receivers.remove(receiver)
    def send(self, sender, **named):
        return [receiver(sender, **named) for receiver in list(self.receivers)]

begun, ended = Signal(), Signal()

def open(name): return name
def close(name): return name
"""


@pytest.fixture
def module(library: Any) -> Any:
    return library(SOURCE)


@pytest.fixture
def between(module: Any, in_memory: None) -> Any:
    """`between(start, end, ...)`: an integration with that one pair of signals."""
    made = []

    def make(start: str, end: str, describe: Any = None, key: Any = None, after: Any = None) -> Installed:
        hook = Between(
            f"{module.__name__}:{start}",
            describe or (lambda call: Operation("pair", call.arg(0, "name"))),
            f"{module.__name__}:{end}",
            key or (lambda call: call.arg(0, "name")),
            after,
        )
        integration = Integration("pairs", title="Pairs", modules=[module.__name__], hooks=[hook])
        installed = Installed(integration, None)
        installed.apply(hook)
        assert installed.missing == []
        made.append(installed)
        return installed

    yield make
    for installed in made:
        installed.undo()


def test_two_signals(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    module.begun.send(None, name="a")
    module.begun.send(None, name="b")
    module.ended.send(None, name="b")
    assert finished() == []
    module.ended.send(None, name="a")
    assert [span["resource"] for span in finished()] == ["a", "b"]


def test_what_runs_between_descends_from_it(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    module.begun.send(None, name="a")
    vedette.tracer.span("inside").finish()
    module.ended.send(None, name="a")
    pair, inside = finished()
    assert inside["parent_id"] == pair["span_id"]


def test_pairs_at_once_in_contexts_of_their_own(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    contexts = {name: contextvars.copy_context() for name in "ab"}
    for name, context in contexts.items():
        context.run(module.begun.send, None, name=name)
    for name, context in contexts.items():
        context.run(module.ended.send, None, name=name)
    assert [(span["resource"], span["parent_id"]) for span in finished()] == [("a", 0), ("b", 0)]


def test_two_functions(module: Any, between: Any, finished: Any) -> None:
    between("open", "close")
    assert module.open("a") == "a"
    assert finished() == []
    assert module.close("a") == "a"
    assert [span["resource"] for span in finished()] == ["a"]


def test_what_was_never_begun_ends_nothing(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    module.ended.send(None, name="a")
    assert finished() == []


def test_what_is_begun_anew_under_its_key_leaves_nothing_open(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    module.begun.send(None, name="a")
    module.begun.send(None, name="a")
    module.ended.send(None, name="a")
    assert len(finished()) == 2


def test_after_sees_the_end(module: Any, between: Any, finished: Any) -> None:
    def after(call: Any, running: Any) -> None:
        call.operation.resource = "changed"
        call.span.set_attribute("outcome", call.arg(1, "outcome"))

    between("begun", "ended", after=after)
    module.begun.send(None, name="a")
    module.ended.send(None, name="a", outcome="good")
    assert finished()[0]["attributes"]["outcome"] == "good"


@pytest.mark.parametrize("broken", ["describe", "key", "after"])
def test_errors_are_contained(module: Any, between: Any, broken: str) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("a bug")

    installed = between("begun", "ended", **{broken: fail})
    module.begun.send(None, name="a")
    module.ended.send(None, name="a")
    assert installed.switch.failures >= 1


def test_the_oldest_are_forgotten(module: Any, between: Any, finished: Any) -> None:
    between("begun", "ended")
    for number in range(_MOST_OPEN + 5):
        module.begun.send(None, name=number)
    module.ended.send(None, name=0)
    module.ended.send(None, name=_MOST_OPEN + 4)
    assert vedette.current_span().resource == str(_MOST_OPEN + 3)  # type: ignore[union-attr]


def test_taken_off(module: Any, between: Any, finished: Any) -> None:
    installed = between("begun", "ended")
    installed.undo()
    assert module.begun.receivers == module.ended.receivers == []
    module.begun.send(None, name="a")
    module.ended.send(None, name="a")
    assert finished() == []


def test_what_is_open_ends_when_it_is_taken_off(module: Any, between: Any, finished: Any) -> None:
    installed = between("begun", "ended")
    module.begun.send(None, name="a")
    installed.undo()
    assert vedette.current_span() is None
    assert len(finished()) == 1


def test_nothing_stays_active(module: Any, between: Any) -> None:
    between("begun", "ended")
    module.begun.send(None, name="a")
    module.begun.send(None, name="b")
    module.ended.send(None, name="a")
    module.ended.send(None, name="b")
    assert vedette.current_span() is None
