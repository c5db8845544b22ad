"""gevent: the trace goes along into greenlets, whatever the order of imports and patching.

Each case runs in a process of its own: gevent changes the process it is used in.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("gevent")

ROOT = Path(__file__).resolve().parents[2]

START = "import vedette; vedette.start(in_memory=True, protection='off')"
PATCH = "import gevent.monkey; gevent.monkey.patch_all()"
LIBRARY = "import threading, concurrent.futures, contextvars, queue, time, gevent, gevent.pool, gevent.threadpool"
ACTIVE = """
def active(*_):
    span = vedette.current_span()
    return span.name if span else None
"""

ORDERS = {
    "vedette first": [START, PATCH, LIBRARY],
    "patching first": [PATCH, START, LIBRARY],
    "all imported first": ["import vedette", LIBRARY, PATCH, START],
    "never patched": ["import vedette", LIBRARY, START],
    "never patched, vedette first": [START, LIBRARY],
}


def play(order: str, source: str) -> str:
    """Runs a script after the given beginning; what it printed."""
    script = "\n".join([*ORDERS[order], ACTIVE, textwrap.dedent(source)])
    paths = [path for path in sys.path if path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "vedette" not in done.stderr, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("order", ORDERS)
def test_every_way_to_spawn_carries_the_span(order: str) -> None:
    source = """
    with vedette.tracer.span("work"):
        pool, group = gevent.pool.Pool(2), gevent.pool.Group()
        later = gevent.spawn_later(0.001, active)
        out = []
        gevent.spawn_raw(lambda: out.append(active()))
        made = gevent.Greenlet(active)
        made.start()
        class Own(gevent.Greenlet):
            def _run(self): return active()
        own = Own()
        own.start()
        results = [gevent.spawn(active).get(), later.get(), made.get(), own.get(), *pool.map(active, [1, 2]),
            *pool.imap(active, [1]), *pool.imap_unordered(active, [1]), pool.apply(active), pool.spawn(active).get(),
            group.spawn(active).get(), *group.map(active, [1]), gevent.threadpool.ThreadPool(1).spawn(active).get(),
            gevent.threadpool.ThreadPoolExecutor(1).submit(active).result(), *out]
    print(set(results), len(results), active(), gevent.spawn(active).get())
    """
    assert play(order, source) == "{'work'} 15 None None"


@pytest.mark.parametrize("order", ORDERS)
def test_greenlets_at_once_do_not_mix(order: str) -> None:
    source = """
    def job(number):
        with vedette.tracer.span(f"job {number}"):
            gevent.sleep(0.001 * (5 - number))
            return active()
    with vedette.tracer.span("work"):
        print([each.get() for each in [gevent.spawn(job, number) for number in range(5)]], active())
    from vedette import _native
    spans = [span for chunk in _native.take() for span in chunk["spans"]]
    work = next(span["span_id"] for span in spans if span["name"] == "work")
    print({span["parent_id"] == work for span in spans if span["name"] != "work"})
    """
    assert play(order, source).splitlines() == ["['job 0', 'job 1', 'job 2', 'job 3', 'job 4'] work", "{True}"]


@pytest.mark.parametrize("order", ["vedette first", "patching first", "all imported first"])
def test_threads_that_are_greenlets_inherit_nothing(order: str) -> None:
    source = """
    seen = []
    with vedette.tracer.span("work"):
        thread = threading.Thread(target=lambda: seen.append(active()))
        thread.start()
        thread.join()
        seen.append(active())
    print(seen)
    """
    assert play(order, source) == "[None, 'work']"


@pytest.mark.parametrize("order", ORDERS)
def test_pools_of_threads_carry_and_restore(order: str) -> None:
    source = """
    pool = concurrent.futures.ThreadPoolExecutor(1)
    with vedette.tracer.span("work"):
        inside = pool.submit(active).result()
    print(inside, pool.submit(active).result())
    """
    assert play(order, source) == "work None"


def test_the_applications_context_stays_empty_as_before() -> None:
    source = """
    variable = contextvars.ContextVar("mine", default="unset")
    variable.set("set")
    with vedette.tracer.span("work"):
        print(gevent.spawn(variable.get).get())
        copied = gevent.Greenlet(lambda: (variable.get(), active()))
        copied.gr_context = contextvars.copy_context()
        copied.start()
        print(copied.get())
    """
    assert play("patching first", source).splitlines() == ["unset", "('set', 'work')"]


def test_errors_in_greenlets_are_unchanged() -> None:
    source = """
    def fail(): raise LookupError("mine")
    with vedette.tracer.span("work"):
        greenlet = gevent.spawn(fail)
        greenlet.join()
    print(repr(greenlet.exception))
    try:
        gevent.spawn_raw(7)
    except TypeError as error:
        print(error)
    """
    script = "import gevent; gevent.get_hub().print_exception = lambda *_: None\n" + textwrap.dedent(source)
    assert play("patching first", script).splitlines() == ["LookupError('mine')", "function must be callable"]


def test_stopping_leaves_nothing() -> None:
    source = """
    vedette.stop()
    import gevent.greenlet, gevent.hub
    print(gevent.hub.spawn_raw.__code__.co_filename == gevent.hub.__file__, active)
    with vedette.tracer.span("work"):
        print(gevent.spawn(active).get())
    """
    assert play("patching first", source).splitlines()[1] == "None"


def test_a_gevent_that_is_not_used_is_not_imported() -> None:
    script = f"{START}\nimport sys\nprint([name for name in sys.modules if name.startswith(('gevent', 'greenlet'))])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.strip() == "[]"
