"""The shop as an ASGI application of no framework that describes itself."""

from __future__ import annotations

from typing import Any

from starlette.routing import Router

import vedette
from tests.integrations.asgi_client import ask
from tests.protection.shop import Answer, Client
from tests.protection.shops.starlette import shop


class AsgiClient(Client):
    """Asks a router behind `vedette.instrument_asgi`."""

    integration = "asgi"
    path_route = "/path/{rest:path}"
    begins_streams_at_once = True
    tells_of_parts = True

    def __init__(self) -> None:
        self.app: Any = vedette.instrument_asgi(Router(routes=shop().routes))

    def __call__(self, path: str, method: str = "GET", headers: Any = None, body: Any = b"") -> Answer:
        if isinstance(body, bytes) and body:
            headers = {**(headers or {}), "content-length": str(len(body))}
        got = ask(self.app, path, method, {k.lower(): v for k, v in (headers or {}).items()}, body)
        return Answer(got.status, got.body, got.headers)


CLIENTS = {"asgi": AsgiClient}
