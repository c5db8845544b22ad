"""Celery: publishing, running (here, in a thread, in a worker's process), retries, beat."""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
import pickle
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import billiard
import celery
import pytest
from celery import chain
from celery.beat import Scheduler
from celery.contrib.testing.worker import start_worker
from celery.schedules import schedule

import vedette
from tests.integrations import celery_tasks as tasks
from tests.integrations.made import Spans
from tests.services import process
from tests.services.recorder import ROOT, Recorder
from tests.services.redis import Redis
from vedette.instrument.versions import at_least

CELERY = celery.__version__
ENTRY_POINTS = sys.version_info >= (3, 12) and at_least(CELERY, "5.1") and not at_least(CELERY, "5.3")
LOCK = sys.version_info >= (3, 13) and not at_least(billiard.__version__, "4.2.1")
pytestmark = [
    pytest.mark.skipif(ENTRY_POINTS, reason="Celery reads entry points in a way that Python 3.12 has no more"),
    pytest.mark.skipif(LOCK, reason="billiard takes a lock of logging that Python 3.13 has no more"),
]


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    """The memory broker keeps its queues for the life of the process."""
    yield
    with tasks.app.connection_for_write() as connection, contextlib.suppress(Exception):
        connection.default_channel.queue_purge("shop")


@pytest.fixture(scope="module")
def worker() -> Iterator[None]:
    """A worker in a thread of this process; it takes whatever is published from then on."""
    with start_worker(tasks.app, perform_ping_check=False, pool="solo", shutdown_timeout=30):
        yield


def published(name: str, task_id: str, **more: Any) -> dict[str, Any]:
    attributes = {
        "component": "celery",
        "messaging.system": "celery",
        "messaging.operation.type": "send",
        "messaging.destination.name": "shop",
        "messaging.message.id": task_id,
        "celery.action": "apply_async",
        "celery.id": task_id,
        "celery.correlation_id": task_id,
        "celery.reply_to": tasks.app.thread_oid if hasattr(tasks.app, "thread_oid") else tasks.app.oid,
        "celery.hostname": f"gen{os.getpid()}@{socket.gethostname()}",
        "celery.routing_key": "shop",
        **more.pop("attributes", {}),
    }
    span = {"name": "celery.apply", "resource": name, "service": "celery-producer", "kind": "producer"}
    return {**span, **more, "attributes": attributes}


def ran_here(name: str, task_id: str, state: str = "SUCCESS", **more: Any) -> dict[str, Any]:
    attributes = {
        "component": "celery",
        "messaging.system": "celery",
        "messaging.operation.type": "process",
        "messaging.message.id": task_id,
        "celery.action": "run",
        "celery.id": task_id,
        "celery.hostname": socket.gethostname(),
        "celery.delivery_info.is_eager": True,
        "celery.state": state,
        **more.pop("attributes", {}),
    }
    span = {"name": "celery.run", "resource": name, "service": "celery-worker", "type": "worker", "kind": "consumer"}
    return {**span, **more, "attributes": attributes}


def outline(spans: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Operation, task and parent, which is enough to see how spans hang together."""
    return sorted((span["name"], span["resource"], span.get("parent", "")) for span in spans)


def test_publishing_is_a_span(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        task_id = tasks.add.delay(1, 2).id
    assert spans()[1:] == [published("shop.add", task_id, parent="work")]


def test_publishing_by_name(spans: Spans) -> None:
    task_id = tasks.app.send_task("elsewhere.task", (1,), priority=4, routing_key="other", queue="shop").id
    (span,) = spans()
    assert span == published("elsewhere.task", task_id, attributes={"celery.priority": 4})


def test_a_broker_that_is_away(spans: Spans) -> None:
    away = celery.Celery("away", broker="redis://me:secret@127.0.0.1:1/0")
    away.conf.update(broker_transport_options={"max_retries": 0}, task_publish_retry=False)
    with pytest.raises(Exception, match="refused"):
        away.send_task("shop.add", (1, 2))
    span = spans()[0]
    assert (span["name"], span["error"]) == ("celery.apply", True)
    assert (span["attributes"]["server.address"], span["attributes"]["server.port"]) == ("127.0.0.1", 1)
    assert vedette.current_span() is None


def test_running_here(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        result = tasks.add.apply((1, 2))
    assert result.get() == 3
    assert spans()[1:] == [
        ran_here("shop.add", result.id, parent="work"),
        {"name": "adding", "resource": "adding", "parent": "celery.run", "attributes": {}},
    ]


def test_calling_is_not_running(spans: Spans) -> None:
    assert tasks.add(1, 2) == 3
    assert [span["name"] for span in spans()] == ["adding"]


def test_failures(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.version_info >= (3, 11) and billiard.__version__ < "4":  # tracebacks that `logging` can't print there
        monkeypatch.setattr(logging.getLogger("celery.app.trace"), "disabled", True)
    result = tasks.fail.apply()
    assert isinstance(result.result, tasks.Closed)
    failure = ("tests.integrations.celery_tasks.Closed", "until monday")
    assert spans() == [ran_here("shop.fail", result.id, "FAILURE", error=True, failure=failure)]
    with pytest.raises(tasks.Closed):
        tasks.fail.apply(throw=True)
    assert vedette.current_span() is None


def test_failures_as_announced(spans: Spans) -> None:
    result = tasks.expected.apply()
    assert spans() == [ran_here("shop.expected", result.id, "FAILURE")]


def test_retries_here(spans: Spans) -> None:
    result = tasks.again.apply()
    assert result.get() == "sent"
    reason = {"celery.retry.reason": "Retry in 0s: Closed('try again')"}
    first, second = spans()
    first["attributes"]["celery.retry.reason"] = first["attributes"]["celery.retry.reason"].replace(",)", ")")
    assert first == ran_here("shop.again", result.id, "RETRY", attributes=reason)
    assert second["attributes"]["celery.retries"] == 1
    assert second["attributes"]["celery.state"] == "SUCCESS"
    assert vedette.current_span() is None


def test_beat_starts_traces(spans: Spans) -> None:
    scheduler = Scheduler(app=tasks.app)
    entry = scheduler.Entry(name="every-minute", task="shop.add", args=(1, 2), schedule=schedule(60), app=tasks.app)
    scheduler.apply_entry(entry)
    made = spans()
    assert made[0] == {
        "name": "celery.beat.apply_entry",
        "resource": "every-minute",
        "service": "celery",
        "attributes": {"component": "celery"},
    }
    assert outline(made[1:]) == [("celery.apply", "shop.add", "celery.beat.apply_entry")]


def test_the_library_looks_as_before() -> None:
    assert inspect.isfunction(celery.Celery.send_task)
    assert list(inspect.signature(celery.Celery.send_task).parameters)[:4] == ["self", "name", "args", "kwargs"]
    assert pickle.loads(pickle.dumps(tasks.add.s(1, 2))) == tasks.add.s(1, 2)


@pytest.mark.usefixtures("worker")
def test_the_trace_goes_on_in_the_worker(spans: Spans) -> None:
    with vedette.tracer.span("work"):
        tasks.outer.delay()
    made = spans(6)
    assert outline(made) == [
        ("adding", "adding", "celery.run"),
        ("celery.apply", "shop.add", "celery.run"),
        ("celery.apply", "shop.outer", "work"),
        ("celery.run", "shop.add", "celery.apply"),
        ("celery.run", "shop.outer", "celery.apply"),
        ("work", "work", ""),
    ]
    assert len({span["trace_id"] for span in spans.last}) == 1
    received = next(span for span in made if span["name"] == "celery.run")["attributes"]
    assert received["messaging.destination.name"] == "shop"
    assert received["celery.delivery_info.routing_key"] == "shop"
    assert received.get("celery.delivery_info.redelivered") in (None, False)


@pytest.mark.usefixtures("worker")
def test_retries_go_on_in_one_trace(spans: Spans) -> None:
    tasks.again.delay()
    made = spans(4)
    assert [(span["name"], span.get("parent")) for span in made] == [
        ("celery.apply", None),
        ("celery.run", "celery.apply"),
        ("celery.apply", "celery.run"),
        ("celery.run", "celery.apply"),
    ]
    assert [span["attributes"].get("celery.state") for span in made] == [None, "RETRY", None, "SUCCESS"]
    assert len({span["trace_id"] for span in spans.last}) == 1


@pytest.mark.usefixtures("worker")
def test_chains_go_on_in_one_trace(spans: Spans) -> None:
    chain(tasks.add.s(1, 2), tasks.add.s(3)).apply_async()
    assert outline(spans(6)) == [
        ("adding", "adding", "celery.run"),
        ("adding", "adding", "celery.run"),
        ("celery.apply", "shop.add", ""),
        ("celery.apply", "shop.add", "celery.run"),
        ("celery.run", "shop.add", "celery.apply"),
        ("celery.run", "shop.add", "celery.apply"),
    ]


@pytest.mark.usefixtures("worker")
def test_without_distributed_tracing(spans: Spans, option: Any) -> None:
    option("celery", distributed_tracing=False, worker_service="mine")
    result = tasks.headers.delay()
    made = spans(2)
    assert outline(made) == [("celery.apply", "shop.headers", ""), ("celery.run", "shop.headers", "")]
    assert made[-1]["service"] == "mine"
    assert not set(result.get(timeout=10) or {}) & {"traceparent", "x-datadog-trace-id"}


@pytest.mark.usefixtures("worker")
def test_headers_of_the_user(spans: Spans) -> None:
    mine = {"tenant": "7"}
    result = tasks.headers.apply_async(headers=mine)
    assert spans(2)
    assert mine == {"tenant": "7"}
    assert (result.get(timeout=10) or {"tenant": "7"})["tenant"] == "7"


@contextlib.contextmanager
def worker_process(home: Path, broker: Redis, recorder: Recorder, *options: str) -> Iterator[celery.Celery]:
    """A worker of its own, traced; yields an application that publishes to it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("VEDETTE_", "DD_", "OTEL_"))}
    env.update(BROKER=broker.url, VEDETTE_AGENT_URL=recorder.url, PYTHONPATH=os.pathsep.join([str(ROOT), *sys.path]))
    program = "import vedette.auto, sys; from celery.__main__ import main; main()"
    arguments = ["-A", "tests.integrations.celery_tasks", "worker", "--without-mingle", "-l", "INFO", *options]
    log = home / "worker.log"
    started = process.start([sys.executable, "-c", program, *arguments], log, env)
    try:
        process.wait_until(lambda: " ready." in log.read_text(), started, log)
        yield celery.Celery("producer", broker=broker.url)
    finally:
        process.stop(started, 15)


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_a_workers_process(pool: str, tmp_path: Path, redis_server: Redis, recorder: Recorder, spans: Spans) -> None:
    redis_server.flush()
    with worker_process(tmp_path, redis_server, recorder, "--pool", pool, "--concurrency", "2") as app:
        with vedette.tracer.span("work"):
            app.send_task("shop.add", (1, 2), queue="shop")
            app.send_task("shop.fail", queue="shop")
        seen = recorder.wait_for(lambda seen: len(seen.named("celery.run")) == 2, 30)
    by_name = {span["resource"]: span for span in spans() if span["name"] == "celery.apply"}
    assert set(by_name) == {"shop.add", "shop.fail"}
    ids = {span["resource"]: f"{span['span_id']:016x}" for span in spans.last if span["name"] == "celery.apply"}
    runs = {span["resource"]: span for span in seen.named("celery.run")}
    assert {name: span["parent_id"] for name, span in runs.items()} == ids
    work = next(span for span in spans.last if span["name"] == "work")
    assert {span["trace_id"][16:] for span in runs.values()} == {f"{work['trace_id']:032x}"[16:]}
    assert runs["shop.fail"]["error"]
    (adding,) = seen.named("adding")
    assert adding["parent_id"] == runs["shop.add"]["span_id"]
