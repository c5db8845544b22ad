"""Asks an ASGI application as a server does."""

import asyncio
import contextlib


def get(app, path, method="GET"):
    asyncio.run(_get(app, path, method))


async def _get(app, path, method):
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"shop.example"), (b"user-agent", b"tester")],
        "client": ("127.0.0.1", 4000),
        "server": ("127.0.0.1", 8000),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        pass

    with contextlib.suppress(ValueError):
        await app(scope, receive, send)
