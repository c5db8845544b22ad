"""concurrent.futures: the trace goes along into the threads of a pool, and nothing stays there."""

from __future__ import annotations

import concurrent.futures
import inspect
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from vedette.instrument.families.carrying import Carried


def active() -> str | None:
    span = vedette.current_span()
    return span.name if span else None


def traced(name: str) -> str:
    with vedette.tracer.span(name):
        return name


def test_what_is_submitted_descends_from_where_it_was(spans: Spans) -> None:
    with ThreadPoolExecutor(1) as pool:
        with vedette.tracer.span("one"):
            first = pool.submit(traced, "first")
        with vedette.tracer.span("two"):
            second = pool.submit(traced, name="second")
        third = pool.submit(traced, "third")
        assert [each.result() for each in (first, second, third)] == ["first", "second", "third"]
    parents = {span["name"]: span.get("parent") for span in spans()}
    assert parents == {"one": None, "two": None, "first": "one", "second": "two", "third": None}


def test_map_goes_along(spans: Spans) -> None:
    with ThreadPoolExecutor(2) as pool, vedette.tracer.span("work"):
        assert list(pool.map(traced, ["a", "b", "c"])) == ["a", "b", "c"]
    assert [span.get("parent") for span in spans()] == [None, "work", "work", "work"]


def test_nothing_stays_active_in_the_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        with vedette.tracer.span("work"):
            assert pool.submit(active).result() == "work"
            with pytest.raises(LookupError, match="mine"):
                pool.submit(fail).result()
        assert pool.submit(active).result() is None


def fail() -> None:
    raise LookupError("mine")


def test_jobs_that_begin_after_their_span_ended(spans: Spans) -> None:
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(go.wait)
        with vedette.tracer.span("work"):
            later = pool.submit(traced, "late")
        go.set()
        assert later.result() == "late"
    assert [span.get("parent") for span in spans() if span["name"] == "late"] in (["work"], ["remote"])


def test_jobs_that_are_submitted_after_their_span_ended(spans: Spans) -> None:
    with ThreadPoolExecutor(1) as pool, vedette.tracer.span("work") as work:
        work.finish()
        assert pool.submit(traced, "late").result() == "late"
    spans()
    assert [span["parent_id"] for span in spans.last if span["name"] == "late"] == [work.span_id]


def test_the_result_is_a_future_with_its_callbacks(spans: Spans) -> None:
    done: list[Any] = []
    with ThreadPoolExecutor(1) as pool, vedette.tracer.span("work"):
        future = pool.submit(traced, "job")
        future.add_done_callback(done.append)
        assert isinstance(future, concurrent.futures.Future)
    assert done == [future]


def test_wrong_arguments_fail_as_before() -> None:
    with ThreadPoolExecutor(1) as pool, vedette.tracer.span("work"):
        with pytest.raises(TypeError):
            pool.submit()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            pool.submit(fn=traced)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="not callable"):
            pool.submit(7).result()  # type: ignore[arg-type]


def test_pools_of_processes_are_left_alone() -> None:
    with ProcessPoolExecutor(1) as pool, vedette.tracer.span("work"):
        assert pool.submit(abs, -1).result() == 1


def test_subclasses_see_the_applications_function(spans: Spans) -> None:
    seen = []

    class Pool(ThreadPoolExecutor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            seen.append(fn)
            return super().submit(fn, *args, **kwargs)

    with Pool(1) as pool, vedette.tracer.span("work"):
        assert pool.submit(active).result() == "work"
    assert seen == [active]


def test_what_carries_tells_of_what_is_carried() -> None:
    with vedette.tracer.span("work") as span:
        carried = Carried(traced, span)
    assert (carried.__name__, repr(carried)) == ("traced", repr(traced))


def test_submit_looks_as_before() -> None:
    assert next(iter(inspect.signature(ThreadPoolExecutor.submit).parameters)) == "self"
    assert ThreadPoolExecutor.submit.__qualname__ == "ThreadPoolExecutor.submit"
