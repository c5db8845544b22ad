"""A Django request with one SQLite query and a JSON answer, driven through WSGI without a network."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.promises.flask_request import BURSTS, REQUESTS, WARM, drive
from benchmarks.tracers import under_test

BENCHMARK = Benchmark(
    "django_request",
    (Promise("seconds", "added to a Django request (SQLite query, JSON)", "µs", 1 / 8, 1 / 20, 1e6, added=True),),
    # Django itself is told by its variable; so that a tracer that looks at the settings first can.
    in_process(__file__, launched=True, environ={"DJANGO_SETTINGS_MODULE": "benchmarks.django_project.settings"}),
)


def application() -> Any:
    """The project with its table."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    app = get_wsgi_application()
    with connection.cursor() as cursor:
        cursor.execute("create table users (id integer primary key, name text)")
        rows = [(number, f"name {number}") for number in range(100)]
        cursor.executemany("insert into users values (%s, %s)", rows)
    return app


def measure() -> Measured:
    """CPU seconds of the process per request, with encoding and sending."""
    app, tracer = application(), under_test()
    drive(app, WARM)
    tracer.flush()
    before = time.process_time()
    for _ in range(BURSTS):
        drive(app, REQUESTS)
        tracer.flush()
    return {"seconds": (time.process_time() - before) / (BURSTS * REQUESTS)}


if __name__ == "__main__":
    report(measure())
