"""A FastAPI application, to be served by whatever serves ASGI."""

from __future__ import annotations

import asyncio
import os

import httpx
from fastapi import FastAPI

from tests.journeys.apps.fetch import fetch

app = FastAPI()
client = httpx.AsyncClient(timeout=20, trust_env=False)


@app.get("/health")
async def health() -> str:
    """Whether it serves."""
    return "up"


@app.get("/work/{ident}")
async def work(ident: str) -> dict[str, str]:
    """In the event loop."""
    answer = await client.get(f"{os.environ['JOURNEY_ECHO']}/{ident}")
    return {"ident": ident, "echo": answer.text}


@app.get("/thread/{ident}")
async def in_executor(ident: str) -> dict[str, str]:
    """In a thread of the loop's executor."""
    return {"ident": ident, "echo": await asyncio.get_running_loop().run_in_executor(None, fetch, ident)}


@app.get("/sync/{ident}")
def in_worker_thread(ident: str) -> dict[str, str]:
    """In the thread pool for plain functions."""
    return {"ident": ident, "echo": fetch(ident)}
