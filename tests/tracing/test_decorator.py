"""`tracer.span` as a decorator, on every kind of function."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from typing import Any

import pytest

import vedette
from vedette import tracer


def active() -> str | None:
    span = vedette.current_span()
    return span.name if span else None


@tracer.span("plain", resource="thing", service="shop", attributes={"fixed": 1})
def plain(value: int = 1, *, more: str = "") -> tuple[int, str, str | None]:
    """Documented."""
    return (value, more, active())


@tracer.span("coroutine")
async def coroutine(value: int) -> tuple[int, str | None]:
    await asyncio.sleep(0)
    return (value, active())


@tracer.span("generator")
def generator() -> Any:
    seen = []
    try:
        while True:
            try:
                seen.append((yield active()))
            except KeyError:
                seen.append("caught")
            if len(seen) == 3:
                return seen
    finally:
        tracer.span("closing").finish()


@tracer.span("stream")
async def stream() -> Any:
    for _ in range(3):
        await asyncio.sleep(0)
        yield active()


class Thing:
    @tracer.span("method")
    def method(self, value: int) -> tuple[Any, int]:
        return (self, value)

    @classmethod
    @tracer.span("of class")
    def of_class(cls) -> Any:
        return cls

    @staticmethod
    @tracer.span("static")
    def static() -> str | None:
        return active()


def test_a_function(finished: Any) -> None:
    assert plain() == (1, "", "plain")
    assert plain(2, more="x") == (2, "x", "plain")
    one, two = finished()
    assert (one["resource"], one["service"]) == ("thing", "shop")
    assert one["span_id"] != two["span_id"]
    assert one["attributes"] == two["attributes"] == {"fixed": 1}


def test_it_looks_as_before() -> None:
    assert (plain.__name__, plain.__doc__, plain.__module__) == ("plain", "Documented.", __name__)
    assert list(inspect.signature(plain).parameters) == ["value", "more"]
    assert pickle.loads(pickle.dumps(plain)) is plain
    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isgeneratorfunction(generator)
    assert inspect.isasyncgenfunction(stream)


def test_recursion_nests(finished: Any) -> None:
    @tracer.span("down")
    def down(n: int) -> int:
        return n and down(n - 1)

    assert down(3) == 0
    spans = finished()
    assert [span["parent_id"] for span in spans] == [0, *(span["span_id"] for span in spans[:-1])]


def test_errors(finished: Any) -> None:
    @tracer.span("failing")
    def failing() -> None:
        raise LookupError("mine")

    for _ in range(2):
        with pytest.raises(LookupError, match="mine"):
            failing()
    assert [span["failure"][:2] for span in finished()] == [("LookupError", "mine")] * 2


def test_methods(finished: Any) -> None:
    thing = Thing()
    assert thing.method(1) == (thing, 1)
    assert Thing.of_class() is Thing
    assert Thing.static() == "static"
    assert [span["name"] for span in finished()] == ["method", "of class", "static"]


def test_a_coroutine_function(finished: Any) -> None:
    async def main() -> Any:
        return await asyncio.gather(coroutine(1), coroutine(2))

    assert asyncio.run(main()) == [(1, "coroutine"), (2, "coroutine")]
    assert len(finished()) == 2


def test_a_generator_function(finished: Any) -> None:
    with tracer.span("consumer"):
        steps = generator()
        assert (next(steps), active()) == ("generator", "consumer")
        assert (steps.send(1), active()) == ("generator", "consumer")
        assert steps.throw(KeyError()) == "generator"
        with pytest.raises(StopIteration) as stopped:
            steps.send(3)
        assert active() == "consumer"
    assert stopped.value.value == [1, "caught", 3]
    parents = parents_of(finished())
    assert parents == {"consumer": None, "generator": "consumer", "closing": "generator"}


def test_a_generator_that_is_closed_early(finished: Any) -> None:
    steps = generator()
    next(steps)
    steps.close()
    assert parents_of(finished())["generator"] is None
    assert active() is None


def test_a_generator_that_is_thrown_away(finished: Any) -> None:
    steps = generator()
    next(steps)
    del steps
    assert "generator" in parents_of(finished())
    assert active() is None


def test_an_asynchronous_generator_function(finished: Any) -> None:
    async def main() -> Any:
        with tracer.span("consumer"):
            return [(name, active()) async for name in stream()]

    assert asyncio.run(main()) == [("stream", "consumer")] * 3
    assert parents_of(finished()) == {"consumer": None, "stream": "consumer"}


def test_an_asynchronous_generator_closed_in_another_task(finished: Any) -> None:
    async def main() -> None:
        steps = stream()
        with tracer.span("first"):
            await asyncio.ensure_future(steps.__anext__())

        async def close() -> str | None:
            with tracer.span("second"):
                await steps.aclose()
                return active()

        assert await asyncio.ensure_future(close()) == "second"
        assert active() is None

    asyncio.run(main())
    assert parents_of(finished()) == {"first": None, "stream": "first", "second": None}


def test_decorating_makes_no_span(finished: Any) -> None:
    @tracer.span("never called")
    def never() -> None:
        pass

    with tracer.span("work"):
        pass
    assert [span["name"] for span in finished()] == ["work"]


def parents_of(spans: list[dict[str, Any]]) -> dict[str, str | None]:
    names = {span["span_id"]: span["name"] for span in spans}
    return {span["name"]: names.get(span["parent_id"]) for span in spans}


def test_a_parent_that_was_given_is_kept(finished: Any) -> None:
    given = vedette.tracer.span("given")
    remote = vedette.extract({"x-datadog-trace-id": "5", "x-datadog-parent-id": "7"})

    def work() -> None: ...

    below, apart, of_remote = (tracer.span("made", parent=parent)(work) for parent in (given, False, remote))
    with tracer.span("active"):
        below()
        apart()
        of_remote()
    given.finish()
    made = [span for span in finished() if span["name"] == "made"]
    assert [span["parent_id"] for span in made] == [given.span_id, 0, 7]
    assert [span["trace_id"] for span in made] == [given.trace_id, made[1]["trace_id"], 5]
