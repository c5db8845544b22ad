"""Starlette: one span per request, named by its route template with the mounts before it; background tasks."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from vedette.instrument import Around, Call, Integration, Setup, enclosing
from vedette.instrument.families import asgi, starlette_routes, users
from vedette.instrument.families.met import Met
from vedette.operations import IncomingRequest, Login, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument import Span
    from vedette.instrument.installed import Installed


def mounted(call: Call) -> None:
    """A mount matched: its path precedes that of the routes within."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.route is None:
        operation.prefix += getattr(call.instance, "path", "")


def matched(call: Call) -> None:
    """A route matched."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.route is not None:
        return
    scope = call.arg(0, "scope")
    starlette_routes.tell(scope, "starlette.request")
    operation.matched(operation.prefix + getattr(call.instance, "path", ""), scope.get("path_params"))


def authenticate(installed: Installed) -> Callable[[], None]:
    """Hooks what an `AuthenticationMiddleware` asks and answers with, which is the application's, when it is met."""
    met = Met(installed)

    def asked(call: Call) -> None:
        middleware = call.instance
        met.hook(getattr(middleware.backend, "authenticate", None), asking, authenticated)

    undo = installed.around("starlette.middleware.authentication:AuthenticationMiddleware.__call__", asked)

    def off() -> None:
        undo()
        met.undo()

    return off


def asking(call: Call) -> None:
    """A backend is about to look at a request. With HTTP Basic, how it is answered tells whether that was good."""
    users.heard(call)
    if Login.listeners:
        header = call.arg(0, "conn").headers.get("authorization")
        users.attempted(users.basic_login(header), signs_in=False)


def authenticated(_: Call, result: Any) -> None:
    """It knows whose request it is, or that it is nobody's."""
    user = result[1] if isinstance(result, tuple) and len(result) == 2 else None
    if users.is_authenticated(user):
        users.settled()
        users.login_of(user).tell()


_ORIGINS: WeakKeyDictionary[Any, tuple[str, str | None, Span]] = WeakKeyDictionary()
"""Background tasks, and the requests that made them."""


def made(call: Call) -> None:
    """A background task is made while its request is under way."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.span is not None:
        framework = str(operation.name).partition(".")[0]
        _ORIGINS[call.instance] = (framework, operation.span.service, operation.span)


def background(call: Call) -> Task:
    """A background task runs, mostly after the response: a trace of its own, linked to the request."""
    function = call.instance.func
    framework, service, span = _ORIGINS.pop(call.instance, ("starlette", None, None))
    task = Task(f"{framework}.background_task", getattr(function, "__name__", type(function).__name__))
    task.service = service
    task.carrier = {}
    task.follows = span
    return task


integration: Integration = Integration(
    "starlette",
    title="Starlette",
    distribution="starlette",
    modules=["starlette"],
    floor="0.13.0",
    tested=["0.14.2", "0.27.0", "0.36.3", "latest"],
    docs="https://www.starlette.io",
    conventions="http-server",
    service="starlette",
    service_wins=False,
    protection=["http", "blocking", "user-events", "user-blocking"],
    pins={"<0.36": ["anyio<4"]},
    options=asgi.OPTIONS,
    hooks=[
        Around(
            "starlette.applications:Starlette.__call__",
            asgi.describe("starlette.request", lambda: integration.values),
            asgi.ended,
        ),
        Around("starlette.routing:Mount.handle", mounted, optional=True),
        Around("starlette.routing:Host.handle", mounted, optional=True),
        Around("starlette.routing:Route.handle", matched),
        Around("starlette.routing:WebSocketRoute.handle", matched),
        Setup("starlette.middleware.authentication", authenticate),
        Around("starlette.background:BackgroundTask.__init__", made),
        Around("starlette.background:BackgroundTask.__call__", background),
    ],
)
