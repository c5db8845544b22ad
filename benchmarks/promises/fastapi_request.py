"""A FastAPI request with a path parameter and a JSON answer, driven through ASGI without a network."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

WARM, BURSTS, REQUESTS = 200, 6, 400

BENCHMARK = Benchmark(
    "fastapi_request",
    (Promise("seconds", "added to a FastAPI request (JSON)", "µs", 1 / 6, 1 / 15, 1e6, added=True),),
    in_process(__file__, launched=True),
)

SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/users/7",
    "raw_path": b"/users/7",
    "query_string": b"page=1",
    "root_path": "",
    "headers": [
        (b"host", b"127.0.0.1:8000"),
        (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64)"),
        (b"accept", b"application/json"),
    ],
    "client": ("127.0.0.1", 40000),
    "server": ("127.0.0.1", 8000),
}


def application() -> Any:
    """One route."""
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/users/{number}")
    async def user(number: int, page: int = 0) -> dict[str, int]:
        return {"id": number, "page": page}

    return app


async def receive() -> dict[str, Any]:
    """An empty body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def drive(app: Any, count: int) -> None:
    """Ask as an ASGI server does: each request in a task of its own."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    for _ in range(count):
        await asyncio.create_task(app({**SCOPE, "headers": list(SCOPE["headers"]), "state": {}}, receive, send))
    assert {message["status"] for message in sent if "status" in message} == {200}
    assert sent[-1]["body"] == b'{"id":7,"page":1}', sent[-1]


async def measure() -> Measured:
    """CPU seconds of the process per request, with encoding and sending."""
    app, tracer = application(), under_test()
    await drive(app, WARM)
    tracer.flush()
    before = time.process_time()
    for _ in range(BURSTS):
        await drive(app, REQUESTS)
        tracer.flush()
    return {"seconds": (time.process_time() - before) / (BURSTS * REQUESTS)}


if __name__ == "__main__":
    report(asyncio.run(measure()))
