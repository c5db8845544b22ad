"""Endpoints that applications say they have (`app-endpoints` of Datadog's telemetry), called or not."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from vedette.agent.inventory.endpoint import Endpoint, Identity

MOST_SERVICES = 200
MOST_ROUTES = 3_000
"""Of one service."""
MOST_IN_ALL = 20_000
"""Of all services; who announced itself longest ago is forgotten first."""
MOST_TEXT = 500
IMPLIED = ("HEAD", "OPTIONS")
"""Methods that frameworks add by themselves: that nobody called them says nothing."""
ANY = "ANY"
"""The method of a route whose methods only its handler knows."""


class Announced:
    """What was said, by service and environment. Processes say it each time they start, so it is not saved."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str, str], dict[tuple[str, str], None]] = OrderedDict()
        self._routes = 0
        self.left_out = 0
        """Routes that were too many."""

    def take(self, service: str, env: str, told: list[Any]) -> None:
        """Takes one message; what is no endpoint is passed over."""
        self.left_out += max(len(told) - MOST_ROUTES, 0)
        for item in told[:MOST_ROUTES]:
            said = item if isinstance(item, dict) else {}
            method, path, name = (said.get(key) for key in ("method", "path", "operation_name"))
            if isinstance(method, str) and isinstance(path, str) and method.upper() not in IMPLIED:
                framework = name.partition(".")[0] if isinstance(name, str) else ""
                self._add((service[:MOST_TEXT], env[:MOST_TEXT], framework[:MOST_TEXT]), method, path)

    def _add(self, key: tuple[str, str, str], method: str, path: str) -> None:
        routes = self._told.setdefault(key, {})
        self._told.move_to_end(key)
        route = path if path.startswith("/") else f"/{path}"
        identity = (ANY if method == "*" else method.upper()[:20], route[:MOST_TEXT])
        if len(routes) >= MOST_ROUTES and identity not in routes:
            self.left_out += 1
            return
        self._routes += identity not in routes
        routes[identity] = None
        self._bound()

    def _bound(self) -> None:
        while len(self._told) > MOST_SERVICES or (self._routes > MOST_IN_ALL and len(self._told) > 1):
            _, gone = self._told.popitem(last=False)
            self._routes -= len(gone)
            self.left_out += len(gone)

    def uncalled(self, known: Mapping[Identity, Endpoint]) -> Iterator[Endpoint]:
        """Endpoints that were announced, and that no request is known of."""
        services = {identity.service for identity in known}
        called = {(identity.service, identity.route) for identity in known}
        for (service, env, framework), routes in self._told.items():
            # Where no service is set, requests are filed under the framework's name.
            own = framework if service not in services and framework in services else service
            for method, route in routes:
                identity = Identity(own, method, route)
                opened = method == "GET" and Identity(own, "WS", route) in known  # routers tell of WebSockets as of GET
                if identity not in known and not opened and not (method == ANY and (own, route) in called):
                    yield Endpoint(identity, envs={env: 1} if env else {})
