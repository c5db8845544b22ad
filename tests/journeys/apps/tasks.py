"""A Celery application, and its producer: `python -m tests.journeys.apps.tasks COUNT`."""

from __future__ import annotations

import os
import sys

from celery import Celery

from tests.journeys.apps.fetch import fetch as fetch_ident
from tests.journeys.apps.fetch import idents

app = Celery("journey", broker=os.environ["JOURNEY_BROKER"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True, worker_prefetch_multiplier=1)


@app.task(name="fetch")
def fetch(ident: str) -> str:
    """One piece of work."""
    return fetch_ident(ident)


if __name__ == "__main__":
    for ident in idents(0, int(sys.argv[1])):
        fetch.delay(ident)
