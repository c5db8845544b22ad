"""Sanic: a route with a parameter, an absent one, a failing handler."""

import asyncio

import sanic
from raw import ask

app = sanic.Sanic("shop", configure_logging=False)
app.config.ACCESS_LOG = False


@app.get("/users/<user:int>")
async def user(request, user):
    return sanic.json({"user": user})


@app.get("/boom")
async def boom(request):
    raise ValueError("boom")


async def main():
    server = await app.create_server(host="127.0.0.1", port=0, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.after_start()
    port = server.server.sockets[0].getsockname()[1]
    for path in ("/users/7?page=2", "/absent", "/boom"):
        await asyncio.to_thread(ask, port, path)
    server.close()


asyncio.run(main())
