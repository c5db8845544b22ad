"""aiohttp's server: a route with a parameter, an absent one, a failing handler."""

import asyncio
import os

import aiohttp.web
from raw import ask


async def user(request):
    return aiohttp.web.json_response({"user": request.match_info["user"]})


async def boom(request):
    raise ValueError("boom")


async def main():
    app = aiohttp.web.Application()
    app.add_routes([aiohttp.web.get("/users/{user}", user), aiohttp.web.get("/boom", boom)])
    if os.environ["TRACER"] == "theirs":  # which is not automatic
        from ddtrace.contrib.aiohttp import trace_app
        from ddtrace.trace import tracer

        trace_app(app, tracer, service="aiohttp-web")
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    for path in ("/users/7?page=2", "/absent", "/boom"):
        await asyncio.to_thread(ask, port, path)
    await runner.cleanup()


asyncio.run(main())
