"""Tasks of the Celery tests, for this process and for a worker's. The broker is named by the environment."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

import vedette

app = Celery("shop", broker=os.environ.get("BROKER", "memory://"), backend="cache+memory://")
app.conf.update(task_default_queue="shop", broker_connection_retry_on_startup=True)
app.conf.broker_transport_options = {"polling_interval": 0.05}


class Closed(Exception):
    """The post office is closed."""


@app.task(name="shop.add")
def add(a: int, b: int) -> int:
    """Add, within a span of its own."""
    with vedette.tracer.span("adding"):
        return a + b


@app.task(name="shop.fail")
def fail() -> None:
    """Fail."""
    raise Closed("until monday")


@app.task(name="shop.expected", throws=(Closed,))
def expected() -> None:
    """Fail as announced."""
    raise Closed("as every sunday")


@app.task(name="shop.again", bind=True, max_retries=1)
def again(self: Any) -> str:
    """Succeed at the second try."""
    if not self.request.retries:
        raise self.retry(exc=Closed("try again"), countdown=0)
    return "sent"


@app.task(name="shop.outer")
def outer() -> None:
    """Send another task."""
    add.delay(3, 4)


@app.task(name="shop.headers", bind=True)
def headers(self: Any) -> Any:
    """What the task sees of its message's headers."""
    return self.request.headers
