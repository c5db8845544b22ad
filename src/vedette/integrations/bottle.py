"""Bottle: one span per request, named by its rule; mounted applications are part of the request."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration
from vedette.instrument.families import routing, wsgi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def matched(call: Call, result: tuple[Any, dict[str, Any]]) -> None:
    """The router found a route, or the mount of another application, whose own router goes on."""
    operation = routing.unrouted()
    if operation is None:
        return
    route, arguments = result
    mount = route.config.get("mountpoint.prefix") or route.config.get("mountpoint")
    if mount:
        operation.prefix += (mount if isinstance(mount, str) else mount["prefix"]).rstrip("/")
    else:
        operation.matched(operation.prefix + route.rule, arguments)


integration: Integration = Integration(
    "bottle",
    title="Bottle",
    distribution="bottle",
    modules=["bottle"],
    floor="0.11.1",
    tested=["0.12.25", "0.13.0", "latest"],
    docs="https://bottlepy.org",
    conventions="http-server",
    service="bottle",
    service_wins=False,
    protection=["http", "blocking"],
    options=wsgi.OPTIONS,
    hooks=[
        Around(
            "bottle:Bottle.wsgi",
            wsgi.describe("bottle.request", lambda: integration.values["distributed_tracing"]),
            wsgi.responded,
        ),
        Around("bottle:Router.match", routing.result_wanted, matched),
        Around("bottle:HTTPError.__init__", routing.failing(2, "exception")),
    ],
)
