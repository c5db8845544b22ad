"""An application under uvicorn that reloads: `python -m tests.remote.asgi FOLDER` tells its port, and serves."""

from __future__ import annotations

import socket
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from tests.remote.seen import seen


async def index(_: Request) -> PlainTextResponse:
    """Something ordinary."""
    return PlainTextResponse("served")


async def look(_: Request) -> JSONResponse:
    """What the request sees of itself."""
    return JSONResponse(seen())


async def search(request: Request) -> PlainTextResponse:
    """Takes anything."""
    return PlainTextResponse(request.query_params.get("q", ""))


app = Starlette(routes=[Route("/", index), Route("/seen", look), Route("/search", search)])

if __name__ == "__main__":
    import uvicorn

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(listener.getsockname()[1], flush=True)
    words = ["tests.remote.asgi:app", "--fd", str(listener.fileno()), "--log-level", "error"]
    uvicorn.main.main([*words, "--reload", "--reload-dir", sys.argv[1], "--reload-delay", "0.1"])
