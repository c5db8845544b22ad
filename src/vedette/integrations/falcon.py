"""Falcon, WSGI and ASGI: one span per request, named by its resource class, with the URI template as route."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import asgi, routing, wsgi
from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def matched(_: Call, result: tuple[Any, ...]) -> None:
    """The router found a resource, and the method of it that answers (for unknown paths and sinks there is none)."""
    operation, resource = routing.unrouted(), result[2]
    if operation is None or resource is None:
        return
    kind = type(resource)
    name = f"{kind.__module__}.{kind.__qualname__}"
    # Routers before 1.4, and some of other makers, do not tell the template.
    template = result[3] if len(result) > 3 else None
    operation.matched(operation.prefix + (template or name), result[1], name)


def failed(call: Call) -> None:
    """A responder raised; watched, since only the handler's answer tells whether the request failed."""
    call.target = call.target


def answered(call: Call, handled: bool) -> None:
    """Handlers answered the exception; a status of 500 and above is no normal way to end."""
    operation = enclosing(IncomingRequest)
    if operation is not None and handled and str(call.arg(1, "resp").status)[:1] == "5":
        operation.failed(call.arg(2, "ex"))


request = wsgi.describe("falcon.request", lambda: integration.values["distributed_tracing"])

integration: Integration = Integration(
    "falcon",
    title="Falcon",
    distribution="falcon",
    modules=["falcon"],
    floor="1.0",
    tested=["1.0.0", "2.0.0", "3.1.3", "latest"],
    docs="https://falcon.readthedocs.io",
    conventions="http-server",
    service="falcon",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    hooks=[
        Around("falcon.app:App.__call__", request, wsgi.responded),
        Around("falcon.app:App._get_responder", routing.result_wanted, matched),
        Around("falcon.app:App._handle_exception", failed, answered, optional=True),
        Around("falcon.asgi.app:App.__call__", asgi.describe("falcon.request", lambda: integration.values), asgi.ended),
        Around("falcon.asgi.app:App._handle_exception", failed, answered, optional=True),
        # Before 3.0, and the class that inherits from the other since.
        Around("falcon.api:API.__call__", request, wsgi.responded, optional=True),
        Around("falcon.api:API._get_responder", routing.result_wanted, matched, optional=True),
        Around("falcon.api:API._handle_exception", failed, answered, optional=True),
    ],
)
