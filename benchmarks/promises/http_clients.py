"""A request of each HTTP client to a server that answers at once, over one connection: what tracing adds to it."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from benchmarks.promise import ROOT, Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

if TYPE_CHECKING:
    from benchmarks.contender import Contender

WARM, BURSTS, REQUESTS = 100, 5, 200
CLIENTS = {
    "requests": "Requests",
    "urllib3": "urllib3 (asked for)",
    "httpx": "HTTPX",
    "httpx_async": "HTTPX (asynchronous)",
    "aiohttp": "aiohttp's client",
    "http_client": "http.client (asked for)",
}
# Off unless asked for, in both tracers; the reference's names are understood by both.
ASKED_FOR = {"urllib3": "DD_TRACE_URLLIB3_ENABLED", "http_client": "DD_TRACE_HTTPLIB_ENABLED"}


def measured(contender: Contender) -> Measured:
    """Each client in a process of its own: some are built on others."""
    found: Measured = {}
    with answering() as port:
        for client in CLIENTS:
            environ = {"BENCH_CLIENT": client, "BENCH_PORT": str(port)}
            if client in ASKED_FOR:
                environ[ASKED_FOR[client]] = "true"
            found[client] = in_process(__file__, launched=True, environ=environ)(contender)["seconds"]
    return found


@contextlib.contextmanager
def answering() -> Iterator[int]:
    """The port of a server; not the agent's, whose requests tracers leave out."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.null_agent", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield port
    finally:
        server.terminate()
        server.wait()


BENCHMARK = Benchmark(
    "http_clients",
    tuple(
        Promise(client, f"added to a request by {title}", "µs", 1 / 6, 1 / 15, 1e6, added=True)
        for client, title in CLIENTS.items()
    ),
    measured,
    without=("opentelemetry",),  # its environment instruments frameworks and sqlite3
)


def asking(client: str, port: int) -> Callable[[], int]:
    """A function that makes one request and gives its status."""
    url = f"http://127.0.0.1:{port}/counts"
    if client == "requests":
        import requests

        session = requests.Session()
        return lambda: session.get(url).status_code
    if client == "urllib3":
        import urllib3

        pool = urllib3.PoolManager()
        return lambda: pool.request("GET", url).status
    if client == "httpx":
        import httpx

        asker = httpx.Client()
        return lambda: asker.get(url).status_code
    if client in ("httpx_async", "aiohttp"):
        return asking_from_a_loop(client, url)
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def plain() -> int:
        connection.request("GET", "/counts")
        response = connection.getresponse()
        response.read()
        return response.status

    return plain


def asking_from_a_loop(client: str, url: str) -> Callable[[], int]:
    """The same for clients that are awaited."""
    loop = asyncio.new_event_loop()
    if client == "httpx_async":
        import httpx

        asker = httpx.AsyncClient()

        async def ask() -> int:
            return (await asker.get(url)).status_code
    else:
        import aiohttp

        async def opened() -> aiohttp.ClientSession:
            return aiohttp.ClientSession()

        session = loop.run_until_complete(opened())

        async def ask() -> int:
            async with session.get(url) as response:
                await response.read()
                return response.status

    return lambda: loop.run_until_complete(ask())


def measure() -> Measured:
    """CPU seconds of the process per request, with encoding and sending."""
    ask, tracer = asking(os.environ["BENCH_CLIENT"], int(os.environ["BENCH_PORT"])), under_test()
    for _ in range(WARM):
        assert ask() == 200
    tracer.flush()
    bursts = []
    for _ in range(BURSTS):
        before = time.process_time()
        for _ in range(REQUESTS):
            ask()
        tracer.flush()
        bursts.append((time.process_time() - before) / REQUESTS)
    return {"seconds": min(bursts)}  # the network's part varies


if __name__ == "__main__":
    report(measure())
