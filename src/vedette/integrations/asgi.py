"""Any ASGI application, by `vedette.instrument_asgi(app)`; all that a server serves, by `VEDETTE_ASGI_ENABLED=true`."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import asgi
from vedette.operations import IncomingRequest

_described = asgi.describe(asgi.GENERIC, lambda: integration.values)


def request(call: Call) -> IncomingRequest | None:
    """The application is called."""
    operation = _described(call)
    if operation is not None:
        versions = call.args[1].get("asgi") or {}
        operation.attributes = {
            **(operation.attributes or {}),
            "asgi.version": versions.get("version"),
            "asgi.spec_version": versions.get("spec_version"),
        }
    return operation


integration: Integration = Integration(
    "asgi",
    title="ASGI applications",
    distribution="asgiref",
    modules=["asgiref"],
    floor="2.0",
    tested=["2.0.0", "3.2.10", "3.6.0", "latest"],
    automatic=False,
    docs="https://asgi.readthedocs.io",
    conventions="http-server",
    service="asgi",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    tests_use=["daphne", "hypercorn", "uvicorn", "websockets"],
    notes="By `vedette.instrument_asgi(app)`, or in the servers that `asgi_servers` hooks.",
    hooks=[Around("vedette.instrument.families.traced_asgi:Traced.__call__", request, asgi.ended)],
)
