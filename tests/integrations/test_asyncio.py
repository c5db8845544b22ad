"""asyncio: the trace is right in tasks, callbacks, timers, threads, and on loops of other makers."""

from __future__ import annotations

import asyncio
import concurrent.futures
import pickle
import sys
import threading
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans


def active() -> str | None:
    span = vedette.current_span()
    return span.name if span else None


async def traced(name: str) -> str | None:
    with vedette.tracer.span(name):
        await asyncio.sleep(0)
        return active()


async def test_tasks_at_once_do_not_mix(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        names = [f"task {number}" for number in range(20)]
        assert await asyncio.gather(*(traced(name) for name in names)) == names
        assert active() == "work"
    assert [span.get("parent") for span in spans()] == [None, *["work"] * 20]


async def test_a_task_keeps_its_parent_after_that_ended(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        task = asyncio.ensure_future(traced("late"))
    assert active() is None
    assert await task == "late"
    assert [span.get("parent") for span in spans()] == [None, "work"]


async def test_callbacks_and_timers() -> None:
    loop = asyncio.get_running_loop()
    seen: list[Any] = []
    done = loop.create_future()
    with vedette.tracer.span("work"):
        loop.call_soon(lambda: seen.append(active()))
        loop.call_later(0, lambda: seen.append(active()))
        done.add_done_callback(lambda _: seen.append(active()))
        await asyncio.ensure_future(settle(done))
        await asyncio.sleep(0.01)
    assert seen == ["work", "work", "work"]


async def settle(future: Any) -> None:
    with vedette.tracer.span("elsewhere"):
        future.set_result(None)


async def test_callbacks_that_run_after_their_span_ended_still_descend_from_it(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        asyncio.get_running_loop().call_later(0.001, lambda: vedette.tracer.span("late").finish())
    await asyncio.sleep(0.02)
    assert [span.get("parent") for span in spans()] == [None, "work"]


async def test_callbacks_from_other_threads_do_not_inherit() -> None:
    loop = asyncio.get_running_loop()
    seen: list[Any] = []
    with vedette.tracer.span("work"):
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(lambda: seen.append(active()),))
        thread.start()
        thread.join()
        await asyncio.sleep(0)
    assert seen == [None]


async def test_executors() -> None:
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with vedette.tracer.span("work"):
            assert await loop.run_in_executor(None, active) == "work"
            assert await loop.run_in_executor(pool, active) == "work"
        assert await loop.run_in_executor(pool, active) is None


@pytest.mark.skipif(sys.version_info < (3, 9), reason="since 3.9")
async def test_to_thread() -> None:
    with vedette.tracer.span("work"):
        assert await asyncio.to_thread(active) == "work"


class Foreign(concurrent.futures.Executor):
    """An executor that is not the standard library's; it may send functions anywhere."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        future: Any = concurrent.futures.Future()
        self.sent = pickle.dumps(fn)
        threading.Thread(target=lambda: future.set_result(fn(*args, **kwargs))).start()
        return future


async def test_executors_of_other_makers() -> None:
    foreign = Foreign()
    with vedette.tracer.span("work"):
        assert await asyncio.get_running_loop().run_in_executor(foreign, active) == "work"
    assert pickle.loads(foreign.sent)() is None
    assert b"vedette" not in foreign.sent.replace(active.__module__.encode(), b"")


async def test_executors_of_processes_get_plain_functions() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool, vedette.tracer.span("work"):
        assert await asyncio.get_running_loop().run_in_executor(pool, abs, -1) == 1


async def test_errors_from_executors_are_unchanged() -> None:
    with vedette.tracer.span("work"):
        with pytest.raises(ZeroDivisionError):
            await asyncio.get_running_loop().run_in_executor(None, divmod, 1, 0)
        with pytest.raises(TypeError):
            await asyncio.get_running_loop().run_in_executor(None)  # type: ignore[call-arg]


class OwnLoop(asyncio.SelectorEventLoop):
    """A loop that makes its tasks itself."""

    def create_task(self, coroutine: Any, **named: Any) -> Any:  # type: ignore[override]
        return asyncio.Task(coroutine, loop=self, **named)


def test_loops_of_ones_own(spans: Spans) -> None:
    async def main() -> Any:
        with vedette.tracer.span("work"):
            return await asyncio.ensure_future(traced("task")), await asyncio.get_running_loop().run_in_executor(
                None, active
            )

    loop = OwnLoop()
    try:
        assert loop.run_until_complete(main()) == ("task", "work")
    finally:
        loop.close()
    assert [span.get("parent") for span in spans()] == [None, "work"]


async def test_an_asynchronous_generator_finished_by_the_loop(spans: Spans) -> None:
    async def numbers() -> Any:
        with vedette.tracer.span("numbers"):
            for number in range(10):
                yield number

    async def consume() -> None:
        async for _ in numbers():
            break

    with vedette.tracer.span("work"):
        await asyncio.ensure_future(consume())
        await asyncio.sleep(0.01)
        assert active() == "work"
    assert active() is None
    assert sorted(span["name"] for span in spans()) == ["numbers", "work"]


def test_nothing_outlives_the_loop() -> None:
    async def main() -> None:
        vedette.tracer.span("left open").activate()

    asyncio.run(main())
    assert active() is None
