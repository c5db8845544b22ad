"""Celery: one span per task published, one per task run, in one trace; what beat sends starts a trace each.

The reference breaks the trace at the queue unless told otherwise (`DD_CELERY_DISTRIBUTED_TRACING`); here it goes on
unless told otherwise.
"""

from __future__ import annotations

import sys

from vedette.instrument import Around, Between, Call, Integration, Setup, enclosing, option
from vedette.instrument.families import messaging
from vedette.operations import Message, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


def publishing(call: Call) -> Message:
    """`send_task`, which `delay`, `apply_async`, `retry`, canvas and beat go through. The headers are ours to give."""
    headers = dict(call.kwargs.get("headers") or {})
    name = call.arg(0, "name")
    operation = messaging.message(integration, "celery.apply", "publish", "celery", None, name, headers)
    if operation.inject_into is not None:
        call.kwargs = {**call.kwargs, "headers": headers}
    operation.service = integration.values["producer_service"] or None
    operation.attributes = messaging.broker(call.instance.conf.broker_write_url)
    return operation


def routed(headers: Any = None, properties: Any = None, exchange: Any = "", routing_key: Any = "", **_: Any) -> None:
    """The signal before a message goes out: everything about it is decided."""
    operation = enclosing(Message)
    if operation is None or operation.name != "celery.apply" or operation.attributes is None:
        return
    facts = {name: headers.get(name) for name in ("id", "eta", "expires", "timelimit")}
    facts.update({name: properties.get(name) for name in ("correlation_id", "reply_to", "priority", "serializer")})
    facts.update(action="apply_async", hostname=headers.get("origin"), retries=headers.get("retries") or None)
    facts.update(exchange=exchange, routing_key=routing_key)
    operation.attributes.update(messaging.told("celery.", facts))
    operation.attributes.update({"messaging.destination.name": routing_key, "messaging.message.id": headers.get("id")})


def running(call: Call) -> Message:
    """A worker (or `apply`, in this process) begins a task."""
    request = call.arg(0, "task").request
    carrier = {**vars(request), **(request.headers or {})}
    delivery = request.delivery_info or {}
    queue, name = delivery.get("routing_key"), call.instance.name
    operation = messaging.message(integration, "celery.run", "process", "celery", queue, name, carrier, "worker")
    operation.service = integration.values["worker_service"] or None
    names = ("id", "correlation_id", "eta", "expires", "hostname", "reply_to", "timelimit")
    operation.attributes = {
        "celery.action": "run",
        "messaging.message.id": request.id,
        **messaging.told("celery.", {name: getattr(request, name, None) for name in names}),
        **messaging.told("celery.", {"retries": request.retries or None}),
        **messaging.told("celery.delivery_info.", delivery),
    }
    return operation


def ended(call: Call, _: Any) -> None:
    """The task returned, failed, or wants to be tried again."""
    state, result = call.arg(0, "state"), call.arg(0, "retval")
    attributes = call.operation.attributes
    attributes["celery.state"] = state
    if state == "RETRY":
        attributes["celery.retry.reason"] = str(result)
    elif state == "FAILURE" and call.span is not None and not isinstance(result, _expected(call.instance)):
        call.span.set_error(result)


def _expected(task: Any) -> tuple[type[BaseException], ...]:
    """Exceptions that the task calls a way of ending."""
    return tuple(getattr(task, "throws", None) or ())


def due(call: Call) -> Task:
    """Beat found that an entry of its schedule is due."""
    return Task("celery.beat.apply_entry", call.arg(0, "entry").name)


def install(installed: Installed) -> Callable[[], None]:
    """Listens to what is published; names the services, unless the user did."""
    if installed.service == integration.service:
        roles = {f"{role}_service": f"celery-{role}" for role in ("producer", "worker")}
        named = {name: value for name, value in integration.values.items() if value}
        integration.values = {**integration.values, **roles, **named}
    signal = sys.modules["celery.signals"].before_task_publish
    signal.connect(routed, weak=False)
    return lambda: signal.disconnect(routed)


integration = Integration(
    "celery",
    title="Celery",
    distribution="celery",
    modules=["celery"],
    floor="4.4",
    tested=["4.4.7", "5.0.5", "5.2.7", "5.3.6", "latest"],
    docs="https://docs.celeryq.dev",
    conventions="messaging",
    service="celery",
    service_wins=False,
    needs=["redis"],
    tests_use=["redis"],
    pins={"<5.0": ["redis<4"], "<5.1": ["setuptools<81"]},
    notes="Traces go on from producer to worker by default; in Datadog's tracer only by DD_CELERY_DISTRIBUTED_TRACING.",
    options=[
        messaging.DISTRIBUTED_TRACING,
        option("producer_service", "", "Service of published tasks; `celery-producer` if the process has no name."),
        option("worker_service", "", "Service of running tasks; `celery-worker` if the process has no name."),
    ],
    hooks=[
        Setup("celery.signals", install),
        Around("celery.app.base:Celery.send_task", publishing),
        Between(
            "celery.signals:task_prerun",
            running,
            "celery.signals:task_postrun",
            key=lambda call: id(call.arg(0, "task").request),
            after=ended,
        ),
        Around("celery.beat:Scheduler.apply_entry", due),
    ],
)
