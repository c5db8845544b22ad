"""The routes of Starlette's routers, and of those that inherit from them."""

from __future__ import annotations

from vedette.operations.known_routes import ROUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DEPTH = 8
"""Mounts within mounts that are looked into."""


def tell(scope: Any, name: str) -> None:
    """An application answers a request: its routes are told with the first one."""
    application = scope.get("app")
    if application is not None and ROUTES.asks(application):
        ROUTES.tell(application, name, routes_of(application, "", _DEPTH))


def routes_of(router: Any, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Methods and templates of a router and its mounts; a WebSocket's method is `GET`."""
    for route in getattr(router, "routes", None) or ():
        path = prefix + getattr(route, "path", "")
        if hasattr(route, "routes"):
            if depth:
                yield from routes_of(route, path, depth - 1)
        else:
            for method in sorted(getattr(route, "methods", None) or ("GET",)):
                yield method, path
