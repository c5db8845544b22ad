"""Molten: one span per request, named by its route's template."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import routing, wsgi
from vedette.instrument.families.steps import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def matched(_: Call, result: tuple[Any, dict[str, str]] | None) -> None:
    """The router looked for the handler."""
    operation = routing.unrouted()
    if operation is None or result is None:
        return
    route, params = result
    operation.attributes = {"molten.route": route.name, "molten.version": sys.modules["molten"].__version__}
    operation.matched(operation.prefix + route.template, params)


integration: Integration = Integration(
    "molten",
    title="Molten",
    distribution="molten",
    modules=["molten"],
    floor="0.7.0",
    tested=["0.7.4", "1.0.2", "latest"],
    docs="https://moltenframework.com",
    conventions="http-server",
    service="molten",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    apart="needs typing-extensions<4, as no other library here does",
    hooks=[
        Around(
            "molten.app:App.__call__",
            wsgi.describe("molten.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("molten.router:Router.match", routing.result_wanted, matched),
        Around("molten.app:BaseApp.handle_exception", routing.failing(0, "exception")),
        *steps("molten.middleware:ResponseRendererMiddleware", {"__call__": "molten.middleware.__call__"}),
        *steps("molten.renderers:JSONRenderer", {"render": "molten.renderers.render"}),
    ],
)
