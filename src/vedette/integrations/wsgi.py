"""Any WSGI application, by `vedette.instrument_wsgi(app)`; all that a server serves, by `VEDETTE_WSGI_ENABLED=true`."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, Stream
from vedette.instrument.families import wsgi
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def running(call: Call) -> Task:
    """The application is called, and begins its response."""
    traced, environ, start_response = call.args

    def starting(*head: Any) -> Any:
        step = call.start(Task("wsgi.start_response"))
        try:
            return start_response(*head)
        finally:
            if step is not None:
                step.close()

    call.args = (traced, environ, starting)
    return Task("wsgi.application")


def responding(call: Call, result: Iterable[bytes]) -> Stream | None:
    """The server takes the response's pieces."""
    step = call.start(Task("wsgi.response"))
    if step is None:
        return None
    step.pause()
    return Stream(step, result)


integration: Integration = Integration(
    "wsgi",
    title="WSGI applications",
    modules=["wsgiref"],
    automatic=False,
    docs="https://peps.python.org/pep-3333/",
    conventions="http-server",
    service="wsgi",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    notes="By `vedette.instrument_wsgi(app)`, or in the servers that `wsgi_servers` hooks.",
    hooks=[
        Around(
            "vedette.instrument.families.traced_wsgi:Traced.__call__",
            wsgi.describe("wsgi.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("vedette.instrument.families.traced_wsgi:Traced.run", running, responding, option="full"),
    ],
)
