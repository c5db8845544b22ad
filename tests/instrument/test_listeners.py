"""Who is told of operations: listeners of the class, and of what it inherits from."""

from __future__ import annotations

from typing import Any

import pytest

from vedette.instrument import while_heard
from vedette.operations import Operation


@pytest.fixture
def kinds() -> tuple[type[Operation], type[Operation]]:
    parent = type("Parent", (Operation,), {})
    return parent, type("Child", (parent,), {})


def test_a_child_has_its_parents_listeners_whoever_came_first(kinds: Any) -> None:
    parent, child = kinds
    first, second, own = object(), object(), object()
    parent.listen(first)
    child.listen(own)
    parent.listen(second)
    assert child.listeners == (first, second, own)
    assert parent.listeners == (first, second)
    assert Operation.listeners == ()


def test_what_was_taken_back_leaves_no_trace(kinds: Any) -> None:
    parent, child = kinds
    listener = object()
    for kind in (parent, child):
        kind.listen(listener)
    child.unlisten(listener)
    assert child.listeners == (listener,)
    parent.unlisten(listener)
    assert (parent.listeners, child.listeners) == ((), ())
    parent.listen(listener)
    assert child.listeners == (listener,)


def test_what_waits_for_a_listener_of_the_child_hears_of_the_parents(kinds: Any) -> None:
    parent, child = kinds
    heard: list[str] = []
    child.once_heard(lambda: heard.append("child"))
    Operation.unlisten(object())  # type: ignore[arg-type]
    assert heard == []
    parent.listen(object())
    child.listen(object())
    assert heard == ["child"]


def test_a_describer_that_waits_for_listeners(kinds: Any, library: Any, hook: Any) -> None:
    asked: list[Any] = []
    module = library("def work(): return 1")
    hook(module, "work", while_heard(kinds[0])(lambda call: asked.append(call)))
    listener = object()
    assert module.work() == 1
    assert asked == []
    kinds[0].listen(listener)
    assert module.work() == 1
    kinds[0].unlisten(listener)
    assert module.work() == 1
    assert len(asked) == 1
