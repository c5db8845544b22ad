"""FastAPI: as Starlette, under its own name; routes of included routers with their full template."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import asgi
from vedette.operations import IncomingRequest, Task


def matched(call: Call) -> None:
    """A path operation matched. Since 0.160 the template of an included route is that of its context."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.route is not None:
        return
    scope = call.arg(0, "scope")
    context_of = getattr(sys.modules["fastapi.routing"], "_get_scope_effective_route_context", None)
    context = context_of(scope) if context_of else None
    path = getattr(context, "path", "") or call.instance.path
    operation.path_params = scope.get("path_params")
    operation.matched(operation.prefix + path)
    if operation.path_params:
        operation.learned("path_params")


def asked_for_a_provider(call: Call) -> None:
    """FastAPI (since 0.165) makes OpenTelemetry's spans of requests, if there is somebody to make them: not vedette.

    They would be the second ones. What an application has configured itself is another matter.
    """
    provider = call.args[0]
    if type(provider).__module__.partition(".")[0] == "vedette":
        call.target = _nobody


def _nobody(_: object) -> bool:
    return True


def serialized(call: Call) -> Task:
    """The handler's result becomes a response."""
    return Task("fastapi.serialize_response")


integration: Integration = Integration(
    "fastapi",
    title="FastAPI",
    distribution="fastapi",
    modules=["fastapi"],
    floor="0.51.0",
    tested=["0.64.0", "0.95.2", "0.115.12", "latest"],
    docs="https://fastapi.tiangolo.com",
    conventions="http-server",
    service="fastapi",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    hooks=[
        Around(
            "fastapi.applications:FastAPI.__call__",
            asgi.describe("fastapi.request", lambda: integration.values),
            asgi.ended,
        ),
        Around("fastapi.routing:APIRoute.handle", matched, optional=True),
        Around("fastapi.telemetry._api:_unconfigured", asked_for_a_provider, optional=True),
        Around("fastapi.routing:serialize_response", serialized, optional=True, option="full"),
    ],
    pins={"<0.110": ["anyio<4", "httpx<0.28"]},
    tests_use=["httpx", "hypercorn", "python-multipart", "uvicorn", "websockets"],
    notes="Routing and background tasks are Starlette's: its integration must be on.",
)
