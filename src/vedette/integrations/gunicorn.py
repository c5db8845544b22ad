"""Gunicorn: a runtime of what frameworks tell; by `VEDETTE_WSGI_ENABLED=true` all that its workers serve is traced."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families.traced_wsgi import traced

_WORKERS = {"SyncWorker", "ThreadWorker", "AsyncWorker"}
"""Those that call WSGI applications; others serve ASGI, or have a server of their own."""


def loading(call: Call) -> None:
    """A worker loads its application."""
    call.target = call.target


def loaded(call: Call, _: None) -> None:
    """The worker has its application."""
    worker = call.instance
    if not _WORKERS.isdisjoint(kind.__name__ for kind in type(worker).__mro__):
        worker.wsgi = traced(worker.wsgi)


integration = Integration(
    "gunicorn",
    title="Gunicorn",
    distribution="gunicorn",
    modules=["gunicorn"],
    floor="20.0.4",
    tested=["20.1.0", "21.2.0", "23.0.0", "latest"],
    pins={"<21": ["setuptools<81"]},
    also=["wsgi"],
    automatic=False,
    docs="https://docs.gunicorn.org",
    conventions="http-server",
    notes="A runtime: frameworks and `wsgi` tell of its requests, in every kind of worker.",
    hooks=[Around("gunicorn.workers.base:Worker.load_wsgi", loading, loaded)],
    tests_use=["gevent"],
)
