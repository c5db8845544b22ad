"""A FastAPI application that does what it should not (ASGI: `tests.journeys.apps.hostile_asgi:app`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tests.journeys.apps.hostile import Unprintable

app = FastAPI()


@app.exception_handler(Unprintable)
async def explained(request: Request, error: Unprintable) -> Response:
    """The application's own answer."""
    return PlainTextResponse(f"a {type(error).__name__} without words", 418)


@app.get("/health")
async def health() -> str:
    """Whether it serves."""
    return "up"


@app.get("/unprintable")
async def unprintable() -> str:
    """Raise what cannot be printed."""
    raise Unprintable


@app.get("/recursion-error")
async def recursion_error() -> Any:
    """Fill the stack and let it out."""
    return await recursion_error()


@app.post("/form")
async def form(request: Request) -> Response:
    """The body, whole and again."""
    first, second = await request.body(), await request.body()
    return JSONResponse({"body": len(first), "same": first == second})


@app.post("/stream")
async def stream(request: Request) -> Response:
    """The body by pieces."""
    total = 0
    async for piece in request.stream():
        total += len(piece)
    return JSONResponse({"total": total})


@app.post("/unread")
async def unread() -> str:
    """A body that nobody reads."""
    return "not read"


@app.get("/environ")
async def scope(request: Request) -> Response:
    """The names in the ASGI scope: nothing may be left behind there."""
    return JSONResponse(sorted(request.scope))


@app.get("/headers")
async def headers(request: Request) -> Response:
    """What arrived, as it arrived."""
    host, agent = request.headers.get("host"), request.headers.get("user-agent")
    return JSONResponse({"host": host, "agent": agent, "query": request.scope["query_string"].decode("latin-1")})


@app.get("/odd-response")
async def odd_response() -> Response:
    """Header values outside of ASCII, a repeated header, an odd status."""
    response = Response("odd", status_code=299)
    response.raw_headers.extend([(b"x-odd", b"caf\xe9"), (b"x-odd", b"twice")])
    return response


@app.get("/generator")
async def generator() -> Response:
    """A streamed answer."""

    async def parts() -> AsyncIterator[str]:
        yield "a"
        yield "b"

    return StreamingResponse(parts())


@app.get("/generator-fails")
async def generator_fails() -> Response:
    """A streamed answer that breaks off."""

    async def parts() -> AsyncIterator[str]:
        yield "a"
        raise Unprintable

    return StreamingResponse(parts())


@app.get("/long")
async def long() -> Response:
    """An answer too long for anyone who leaves early."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 65536

    return StreamingResponse(parts(), media_type="text/plain")
