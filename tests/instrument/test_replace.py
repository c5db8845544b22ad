"""Callables that are not written in Python: what stands in their place says and does the same."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
import types
from typing import Any

import pytest

from vedette._native import Hook, Switch
from vedette.instrument.replace import put, replace


def test_builtins_give_the_same_results_with_a_span(library: Any, hook: Any, finished: Any) -> None:
    module = library("from math import hypot\nfrom operator import attrgetter")
    plain = module.hypot
    installed = hook(module, "hypot")
    assert module.hypot is not plain
    assert module.hypot(3, 4) == 5.0
    assert len(finished()) == 1
    with pytest.raises(TypeError) as ours:
        module.hypot("x")
    with pytest.raises(TypeError) as theirs:
        plain("x")
    assert str(ours.value) == str(theirs.value)
    installed.undo()
    assert module.hypot is plain


def test_what_it_says_of_itself(library: Any, hook: Any) -> None:
    module = library("from math import gcd, sqrt")
    plain = module.sqrt
    hook(module, "sqrt")
    for name in ("__name__", "__qualname__", "__module__", "__doc__", "__text_signature__", "__self__"):
        assert getattr(module.sqrt, name) == getattr(plain, name)
    assert inspect.signature(module.sqrt) == inspect.signature(plain)
    assert repr(module.sqrt) == repr(plain)
    assert callable(module.sqrt)
    assert inspect.unwrap(module.sqrt) is plain
    assert copy.copy(module.sqrt) is module.sqrt
    assert copy.deepcopy(module.sqrt) is module.sqrt
    assert pickle.loads(pickle.dumps(module.sqrt))(9) == 3.0


def test_methods_bind_as_before(library: Any, hook: Any, finished: Any) -> None:
    module = library("class Own(str): join = str.join\nclass Child(Own): pass")
    hook(module, "Own.join")
    assert module.Own("-").join(["a", "b"]) == "a-b"
    assert module.Child("+").join(["a", "b"]) == "a+b"
    assert module.Own.join(module.Own("/"), ["a", "b"]) == "a/b"
    bound = module.Own("-").join
    assert inspect.ismethod(bound)
    assert bound.__self__ == "-"
    assert len(finished()) == 3


def test_static_methods_do_not_bind(library: Any, hook: Any) -> None:
    module = library("class Own: size = staticmethod(len)")
    hook(module, "Own.size")
    assert module.Own.size("abc") == 3
    assert module.Own().size("abc") == 3
    assert isinstance(vars(module.Own)["size"], staticmethod)


def test_class_methods_get_the_class(library: Any, hook: Any) -> None:
    module = library("class Own(dict): pass\nOwn.new = classmethod(lambda cls: cls.__name__)")
    hook(module, "Own.new")
    assert module.Own.new() == "Own"
    assert isinstance(vars(module.Own)["new"], classmethod)


def test_what_was_added_is_removed(library: Any) -> None:
    module = library("class Own(list): pass")
    hook = Hook(Switch(lambda off, error: None), list.append, lambda call: None, None, (), None, "library")
    undo = replace(module.Own, "append", hook)
    assert "append" in vars(module.Own)
    undo()
    assert "append" not in vars(module.Own)


def test_what_somebody_else_changed_since_is_left_alone(library: Any) -> None:
    module = library("value = 1")
    undo = put(module, "value", 2)
    module.value = 3
    undo()
    assert module.value == 3


def test_closed_types_are_missing_with_the_reason(hook: Any) -> None:
    module = types.ModuleType("closed_library")
    module.Closed = str  # type: ignore[attr-defined]
    sys.modules["closed_library"] = module
    try:
        installed = hook(module, "Closed.join")
    finally:
        del sys.modules["closed_library"]
    assert installed.applied == []
    assert "immutable" in installed.missing[0] or "can't set" in installed.missing[0]


@pytest.mark.parametrize("path", ["nothing", "Own.nothing", "Nowhere.method"])
def test_absent_targets_are_missing(library: Any, hook: Any, path: str) -> None:
    installed = hook(library("class Own: pass"), path)
    assert installed.applied == []
    assert "does not exist in this version" in installed.missing[0]
