"""Who is active where: threads, executors, tasks, contexts, forks."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import vedette
from vedette import tracer

ROOT = Path(__file__).resolve().parents[2]


def active() -> str | None:
    span = vedette.current_span()
    return span.name if span else None


def test_threads_begin_with_nothing(finished: Any) -> None:
    seen = []
    with tracer.span("work"):
        thread = threading.Thread(target=lambda: seen.append(active()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_the_parent_can_be_handed_to_a_thread(finished: Any) -> None:
    def job(parent: Any) -> None:
        with tracer.span("job", parent=parent):
            tracer.span("part").finish()

    with tracer.span("work") as work:
        thread = threading.Thread(target=job, args=(work,))
        thread.start()
        thread.join()
    spans = {span["name"]: span for span in finished()}
    assert spans["job"]["parent_id"] == work.span_id
    assert spans["part"]["parent_id"] == spans["job"]["span_id"]


def test_many_threads_at_once(finished: Any) -> None:
    def job(number: int) -> str | None:
        with tracer.span(f"outer {number}"), tracer.span(f"inner {number}"):
            return active()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(job, range(200))) == [f"inner {number}" for number in range(200)]
    spans = {span["name"]: span for span in finished()}
    assert len(spans) == 400
    for number in range(200):
        assert spans[f"inner {number}"]["parent_id"] == spans[f"outer {number}"]["span_id"]
        assert spans[f"inner {number}"]["trace_id"] == spans[f"outer {number}"]["trace_id"]


def test_one_span_filled_by_many_threads(finished: Any) -> None:
    with tracer.span("work") as work:

        def fill(number: int) -> None:
            for at in range(100):
                work.set_attribute(f"key {number}", at)
                work.add_event("event")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(fill, range(8)))
    assert finished()[0]["attributes"] == {f"key {number}": 99 for number in range(8)}


def test_a_new_trace_inside_of_another(finished: Any) -> None:
    with tracer.span("work") as work, tracer.span("apart", parent=False) as apart:
        assert apart.trace_id != work.trace_id
        assert vedette.current_root_span() is apart
    assert {span["parent_id"] for span in finished()} == {0}


def test_a_parent_that_is_finished(finished: Any) -> None:
    with tracer.span("work") as work:
        pass
    with tracer.span("late", parent=work):
        pass
    assert finished()[1]["parent_id"] == work.span_id


def test_blocks_left_in_the_wrong_order(finished: Any) -> None:
    one, two = tracer.span("one"), tracer.span("two")
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    assert active() == "two"
    two.__exit__(None, None, None)
    assert active() is None
    assert len(finished()) == 2


def test_a_block_left_in_another_context(finished: Any) -> None:
    span = tracer.span("work")
    context = contextvars.copy_context()
    context.run(span.__enter__)
    assert active() is None
    span.__exit__(None, None, None)
    assert active() is None
    assert context.run(active) is None
    assert len(finished()) == 1


def test_a_block_entered_again(finished: Any) -> None:
    with tracer.span("outer"):
        span = tracer.span("work")
        with span, span:
            assert active() == "work"
        assert active() == "outer"
    assert active() is None


def test_activating_by_hand(finished: Any) -> None:
    span = tracer.span("work")
    span.activate()
    assert active() == "work"
    span.deactivate()
    assert active() is None
    assert span.recording
    span.finish()


def test_tasks_do_not_mix(finished: Any) -> None:
    async def job(number: int) -> str | None:
        with tracer.span(f"job {number}"):
            await asyncio.sleep(0.001 * (number % 3))
            return active()

    async def main() -> Any:
        with tracer.span("work"):
            return await asyncio.gather(*(job(number) for number in range(50)))

    assert asyncio.run(main()) == [f"job {number}" for number in range(50)]
    spans = finished()
    assert {span["parent_id"] for span in spans[1:]} == {spans[0]["span_id"]}


def test_finished_spans_are_let_go() -> None:
    def make() -> Any:
        with tracer.span("outer"), tracer.span("inner") as inner:
            return weakref.ref(inner)

    reference = make()
    gc.collect()
    assert reference() is None


FORK = """
import json, os, vedette
from vedette import _native
vedette.start(in_memory=True, instrument=False, protection="off")
with vedette.tracer.span("parent") as parent:
    parent.keep()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with vedette.tracer.span("child") as child:
            child.set_attribute("pid", os.getpid())
        spans = [span for chunk in _native.take() for span in chunk["spans"]]
        told = {"active": vedette.current_span().name, "trace": str(child.trace_id),
                "spans": [(s["name"], s["parent_id"]) for s in spans]}
        os.write(write, json.dumps(told).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    told = json.loads(os.read(read, 65536))
    told["same trace"] = told.pop("trace") == str(parent.trace_id)
    told["parent"] = [name for name, id in told["spans"] if id == parent.span_id]
spans = [span["name"] for chunk in _native.take() for span in chunk["spans"]]
print(json.dumps({**told, "spans": [name for name, _ in told["spans"]], "here": spans}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_span_that_is_open_while_the_process_forks() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-W", "ignore", "-c", FORK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "active": "parent",
        "spans": ["child"],
        "same trace": True,
        "parent": ["child"],
        "here": ["parent"],
    }
