"""Every kind of callable stays of its kind, and behaves as before, while it is hooked."""

from __future__ import annotations

import asyncio
import copyreg
import functools
import inspect
import pickle
import sys
import traceback
import types
from typing import Any

import pytest

SOURCE = '''
import functools, types

def outer(base):
    seen = []
    def inner(x):
        """Adds."""
        seen.append(x)
        return base + x
    return inner

add = outer(10)
capturing = lambda x: (lambda: x)
double = lambda x: x * 2

class Base:
    limit = 3
    def method(self, x): return (type(self).__name__, x)
    def replaced(self): return "base"
    @classmethod
    def of_class(cls, x=1): return (cls.__name__, x)
    @staticmethod
    def static(x): return x
    @property
    def quality(self): return self.limit
    @quality.setter
    def quality(self, value): self.limit = value
    def factorial(self, n): return 1 if n < 2 else n * self.factorial(n - 1)
    def __call__(self, x): return -x

class Child(Base):
    def replaced(self): return "child of " + super().replaced()

@functools.wraps(double)
def wrapped(*args): return double(*args)

@functools.lru_cache(maxsize=None)
def cached(x): return [x]

@types.coroutine
def old_style(x):
    got = yield x
    return got

def raising(x): raise LookupError(x)
'''


@pytest.fixture
def module(library: Any) -> Any:
    return library(SOURCE)


CALLS = {
    "add": lambda m: m.add(1),
    "capturing": lambda m: m.capturing(5)(),
    "double": lambda m: m.double(4),
    "Base.method": lambda m: (m.Base().method(1), m.Base.method(m.Child(), x=2), m.Child().method(3)),
    "Base.replaced": lambda m: (m.Base().replaced(), m.Child().replaced()),
    "Child.replaced": lambda m: (m.Base().replaced(), m.Child().replaced()),
    "Base.of_class": lambda m: (m.Base.of_class(), m.Child.of_class(2), m.Base().of_class(x=3)),
    "Base.static": lambda m: (m.Base.static(1), m.Child().static(2)),
    "Base.quality": lambda m: (m.Base().quality, m.Child().quality),
    "Base.factorial": lambda m: m.Base().factorial(6),
    "Base.__call__": lambda m: m.Base()(4),
    "wrapped": lambda m: m.wrapped(3),
    "cached": lambda m: m.cached(1) is m.cached(1),
}


@pytest.mark.parametrize("path", CALLS)
def test_results_are_the_same_with_a_span_per_call(module: Any, hook: Any, finished: Any, path: str) -> None:
    plain = CALLS[path](module)
    installed = hook(module, path)
    assert (installed.missing, len(installed.applied)) == ([], 1)
    finished()
    assert CALLS[path](module) == plain
    assert {span["name"] for span in finished()} == {"library.call"}
    installed.undo()
    assert CALLS[path](module) == plain
    assert finished() == []


@pytest.mark.parametrize("path", CALLS)
def test_what_introspection_sees_is_the_same(module: Any, hook: Any, path: str) -> None:
    before = described(module, path)
    hook(module, path)
    assert described(module, path) == before


def described(module: Any, path: str) -> dict[str, Any]:
    found = functools.reduce(getattr, path.split("."), module)
    names = ("__name__", "__qualname__", "__module__", "__doc__")
    told = {name: getattr(found, name, None) for name in names}
    if callable(found):
        told["signature"] = str(inspect.signature(found))
        told["callable"] = [kind(found) for kind in (inspect.isroutine, inspect.isgeneratorfunction, callable)]
    return told


def test_properties_can_still_be_set(module: Any, hook: Any) -> None:
    hook(module, "Base.quality")
    thing = module.Base()
    thing.quality = 9
    assert thing.quality == 9


def test_recursion_nests_spans(module: Any, hook: Any, finished: Any) -> None:
    hook(module, "Base.factorial")
    assert module.Base().factorial(3) == 6
    spans = finished()
    assert [span["parent_id"] for span in spans[1:]] == [span["span_id"] for span in spans[:-1]]
    assert len(spans) == 3


def test_what_was_imported_before_is_hooked_too(module: Any, hook: Any, finished: Any) -> None:
    imported = module.double
    bound = module.Base().method
    hook(module, "double")
    hook(module, "Base.method")
    assert (imported(2), bound(1)) == (4, ("Base", 1))
    assert len(finished()) == 2


def test_helpers_of_compiled_decorators_stay(module: Any, hook: Any) -> None:
    hook(module, "cached")
    module.cached(1)
    assert module.cached.cache_info().currsize == 1
    module.cached.cache_clear()
    assert module.cached.cache_info().currsize == 0


def test_old_style_coroutines_can_still_be_awaited(module: Any, hook: Any) -> None:
    hook(module, "old_style")

    async def main() -> Any:
        return await module.old_style("out")

    coroutine = main()
    assert coroutine.send(None) == "out"
    with pytest.raises(StopIteration) as stopped:
        coroutine.send("in")
    assert stopped.value.value == "in"


def test_exceptions_are_the_applications_own(module: Any, hook: Any, finished: Any) -> None:
    hook(module, "raising")
    with pytest.raises(LookupError) as raised:
        module.raising("mine")
    assert (raised.value.args, raised.value.__cause__, raised.value.__context__) == (("mine",), None, None)
    frames = traceback.extract_tb(raised.value.__traceback__)
    assert {frame.name for frame in frames[1:]} == {"raising"}
    assert {frame.filename for frame in frames[1:]} == {f"{module.__name__}.py"}
    span = finished()[0]
    assert (span["error"], span["failure"][:2]) == (True, ("LookupError", "mine"))


def test_functions_are_pickled_by_name(module: Any, hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Twisted, once imported, pickles methods in a way of its own, which knows no class methods.
    monkeypatch.delitem(copyreg.dispatch_table, types.MethodType, raising=False)
    module.wrapped.__module__ = module.__name__
    module.wrapped.__qualname__ = "wrapped"
    hook(module, "wrapped")
    assert pickle.loads(pickle.dumps(module.wrapped)) is module.wrapped
    assert pickle.loads(pickle.dumps(module.Base.of_class))() == ("Base", 1)


def test_inherited_methods_are_not_hooked_by_the_childs_name(module: Any, hook: Any) -> None:
    installed = hook(module, "Child.method")
    assert installed.applied == []
    assert "does not exist" in installed.missing[0]


def test_deep_recursion_ends_in_the_same_error(library: Any, hook: Any) -> None:
    module = library("def down(n): return down(n + 1)")
    hook(module, "down")
    limit = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        module.down(0)
    assert sys.getrecursionlimit() == limit


def test_coroutine_functions(library: Any, hook: Any, finished: Any) -> None:
    module = library("async def f(x): return x\nasync def bad(): raise LookupError('mine')")
    hook(module, "f")
    hook(module, "bad")
    assert inspect.iscoroutinefunction(module.f)
    assert asyncio.iscoroutinefunction(module.f)
    assert asyncio.run(module.f(3)) == 3
    with pytest.raises(LookupError, match="mine"):
        asyncio.run(module.bad())
    assert [span["error"] for span in finished()] == [False, True]


def test_a_coroutine_that_is_never_awaited_makes_no_span(library: Any, hook: Any, finished: Any) -> None:
    module = library("async def f(): return 1")
    hook(module, "f")
    coroutine = module.f()
    assert inspect.iscoroutine(coroutine)
    coroutine.close()
    assert finished() == []


def test_a_cancelled_coroutine_ends_its_span(library: Any, hook: Any, finished: Any) -> None:
    module = library("import asyncio\nasync def f(): await asyncio.sleep(60)")
    hook(module, "f")

    async def main() -> None:
        task = asyncio.ensure_future(module.f())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert len(finished()) == 1
