"""Hooked generators and asynchronous generators: the whole protocol, and a span as long as they are consumed."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

import vedette

SOURCE = """
log = []

def echo(start):
    got = start
    try:
        while True:
            try:
                got = yield got
            except KeyError as error:
                got = "caught " + error.args[0]
            if got == "return":
                return "done"
            if got == "raise":
                raise LookupError("mine")
    finally:
        log.append("closed")

def nested():
    return (yield from echo(0))

async def stream(start):
    got = start
    try:
        while True:
            try:
                got = yield got
            except KeyError as error:
                got = "caught " + error.args[0]
            if got == "return":
                return
            if got == "raise":
                raise LookupError("mine")
    finally:
        log.append("closed")
"""


@pytest.fixture
def module(library: Any, hook: Any) -> Any:
    made = library(SOURCE)
    hook(made, "echo")
    hook(made, "stream")
    return made


def active() -> str | None:
    span = vedette.current_span()
    return span.name if span else None


def test_a_generator_function_stays_one(module: Any) -> None:
    assert inspect.isgeneratorfunction(module.echo)
    assert inspect.isgenerator(module.echo(1))
    assert inspect.isasyncgenfunction(module.stream)
    assert inspect.isasyncgen(module.stream(1))


def test_values_go_in_and_out(module: Any, finished: Any) -> None:
    generator = module.echo(1)
    assert (next(generator), generator.send(2), next(generator)) == (1, 2, None)
    assert generator.throw(KeyError("x")) == "caught x"
    with pytest.raises(StopIteration) as stopped:
        generator.send("return")
    assert stopped.value.value == "done"
    assert module.log == ["closed"]
    assert [span["error"] for span in finished()] == [False]


def test_delegation_returns_the_value(module: Any) -> None:
    generator = module.nested()
    assert next(generator) == 0
    with pytest.raises(StopIteration) as stopped:
        generator.send("return")
    assert stopped.value.value == "done"


def test_errors_from_inside(module: Any, finished: Any) -> None:
    generator = module.echo(1)
    next(generator)
    with pytest.raises(LookupError, match="mine"):
        generator.send("raise")
    with pytest.raises(StopIteration):
        next(generator)
    assert [span["failure"][:2] for span in finished()] == [("LookupError", "mine")]


def test_errors_thrown_in_and_not_caught(module: Any, finished: Any) -> None:
    generator = module.echo(1)
    next(generator)
    with pytest.raises(ZeroDivisionError, match="mine"):
        generator.throw(ZeroDivisionError("mine"))
    assert [span["error"] for span in finished()] == [True]


def test_closing_early_is_no_error(module: Any, finished: Any) -> None:
    generator = module.echo(1)
    next(generator)
    assert finished() == []
    generator.close()
    assert module.log == ["closed"]
    assert [span["error"] for span in finished()] == [False]


def test_a_generator_thrown_away_half_read_ends_its_span(module: Any, finished: Any) -> None:
    generator = module.echo(1)
    next(generator)
    del generator
    assert module.log == ["closed"]
    assert len(finished()) == 1


def test_a_generator_that_never_starts_makes_no_span(module: Any, finished: Any) -> None:
    module.echo(1).close()
    assert finished() == []


def test_between_steps_the_consumers_span_is_active(module: Any, finished: Any) -> None:
    with vedette.tracer.span("consumer"):
        generator = module.echo(1)
        assert active() == "consumer"
        next(generator)
        assert active() == "consumer"
        with vedette.tracer.span("step"):
            next(generator)
            assert active() == "step"
        generator.close()
        assert active() == "consumer"
    assert active() is None
    consumer, call, step = finished()
    assert (call["parent_id"], step["parent_id"]) == (consumer["span_id"], consumer["span_id"])


def test_inside_of_steps_its_own_span_is_active(library: Any, hook: Any) -> None:
    module = library("import vedette\ndef names():\n    for _ in range(3): yield vedette.current_span().name")
    hook(module, "names")
    assert list(module.names()) == ["library.call"] * 3


def test_two_generators_that_take_turns(module: Any, finished: Any) -> None:
    with vedette.tracer.span("consumer"):
        one, two = module.echo(1), module.echo(2)
        assert [next(one), next(two), one.send(3), two.send(4)] == [1, 2, 3, 4]
        one.close()
        assert active() == "consumer"
        two.close()
        assert active() == "consumer"
    consumer, *calls = finished()
    assert {call["parent_id"] for call in calls} == {consumer["span_id"]}


def run(steps: Any) -> Any:
    return asyncio.run(steps)


def test_asynchronous_values_go_in_and_out(module: Any, finished: Any) -> None:
    async def steps() -> list[Any]:
        stream = module.stream(1)
        values = [await stream.__anext__(), await stream.asend(2), await stream.athrow(KeyError("x"))]
        with pytest.raises(StopAsyncIteration):
            await stream.asend("return")
        return values

    assert run(steps()) == [1, 2, "caught x"]
    assert module.log == ["closed"]
    assert [span["error"] for span in finished()] == [False]


def test_asynchronous_errors(module: Any, finished: Any) -> None:
    async def steps() -> None:
        stream = module.stream(1)
        await stream.__anext__()
        with pytest.raises(LookupError, match="mine"):
            await stream.asend("raise")
        other = module.stream(1)
        await other.__anext__()
        with pytest.raises(ZeroDivisionError, match="mine"):
            await other.athrow(ZeroDivisionError("mine"))

    run(steps())
    assert module.log == ["closed", "closed"]
    assert [span["error"] for span in finished()] == [True, True]


def test_closing_asynchronously(module: Any, finished: Any) -> None:
    async def steps() -> None:
        stream = module.stream(1)
        await stream.__anext__()
        await stream.aclose()

    run(steps())
    assert module.log == ["closed"]
    assert [span["error"] for span in finished()] == [False]


def test_the_consumers_span_is_active_between_asynchronous_steps(module: Any) -> None:
    async def steps() -> None:
        with vedette.tracer.span("consumer"):
            stream = module.stream(1)
            await stream.__anext__()
            assert active() == "consumer"
            await stream.asend(2)
            assert active() == "consumer"
            await stream.aclose()
            assert active() == "consumer"

    run(steps())
    assert active() is None


def test_an_asynchronous_generator_closed_in_another_context(module: Any, finished: Any) -> None:
    async def steps() -> None:
        stream = module.stream(1)
        with vedette.tracer.span("first"):
            await asyncio.ensure_future(stream.__anext__())

        async def close() -> str | None:
            with vedette.tracer.span("second"):
                await stream.aclose()
                return active()

        assert await asyncio.ensure_future(close()) == "second"
        assert active() is None

    run(steps())
    names = sorted(span["name"] for span in finished())
    assert names == ["first", "library.call", "second"]


def test_a_stream_that_is_left_to_the_collector(module: Any, finished: Any) -> None:
    async def steps() -> None:
        async for _ in module.stream(1):
            break
        await asyncio.sleep(0)

    run(steps())
    assert module.log == ["closed"]
    assert len(finished()) == 1
