"""FastAPI: as Starlette, under its own name; routes of included routers with their full template."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, Setup, enclosing
from vedette.instrument.families import asgi, starlette_routes, users
from vedette.operations import IncomingRequest, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed


def matched(call: Call) -> None:
    """A path operation matched. Since 0.160 the template of an included route is that of its context."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.route is not None:
        return
    scope = call.arg(0, "scope")
    starlette_routes.tell(scope, "fastapi.request")
    context_of = getattr(sys.modules["fastapi.routing"], "_get_scope_effective_route_context", None)
    context = context_of(scope) if context_of else None
    path = getattr(context, "path", "") or call.instance.path
    operation.matched(operation.prefix + path, scope.get("path_params"))


def providers(_: Installed) -> Callable[[], None]:
    """FastAPI (since 0.165) makes OpenTelemetry's spans of requests, if there is somebody to make them: not vedette.

    They would be the second ones. What an application has configured itself is another matter. FastAPI has a list of
    the providers that stand for nobody, and looks into it with each request.
    """
    module: Any = sys.modules["fastapi.telemetry._api"]
    known = getattr(module, "_DEFERRED_PROVIDERS", None)
    if not isinstance(known, frozenset):
        return lambda: None
    module._DEFERRED_PROVIDERS = ours = known | {("vedette.opentelemetry.provider", "Provider")}

    def undo() -> None:
        if module._DEFERRED_PROVIDERS is ours:
            module._DEFERRED_PROVIDERS = known

    return undo


def form_read(call: Call) -> None:
    """Name and password of OAuth2's password flow are there: the answer will tell whether they are good."""
    users.attempted(call.arg(0, "username"), signs_in=True)


def basic_read(_: Call, credentials: Any) -> None:
    """So are those of HTTP Basic, which come with each request."""
    users.attempted(getattr(credentials, "username", None), signs_in=False)


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
    protection=["http", "blocking", "user-events", "user-blocking"],
    options=asgi.OPTIONS,
    hooks=[
        Around(
            "fastapi.applications:FastAPI.__call__",
            asgi.describe("fastapi.request", lambda: integration.values),
            asgi.ended,
        ),
        Around("fastapi.routing:APIRoute.handle", matched, optional=True),
        Setup("fastapi.telemetry._api", providers),
        Around("fastapi.security.oauth2:OAuth2PasswordRequestForm.__init__", form_read, optional=True),
        Around("fastapi.security.http:HTTPBasic.__call__", users.heard, basic_read, optional=True),
        Around("fastapi.routing:serialize_response", serialized, optional=True, option="full"),
    ],
    pins={"<0.110": ["anyio<4", "httpx<0.28"]},
    tests_use=["httpx", "hypercorn", "python-multipart", "uvicorn", "websockets"],
    notes="Routing and background tasks are Starlette's: its integration must be on.",
)
