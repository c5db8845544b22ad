"""HTTPX: synchronous and asynchronous, an error, a redirect, a refused connection."""

import asyncio
import contextlib
import os

import httpx

web = os.environ["WEB"]
with httpx.Client() as client:
    for path in ("/ok?page=2", "/status/503"):
        client.get(web + path)
    client.get(web + "/redirect/1", follow_redirects=True)
    with contextlib.suppress(httpx.HTTPError):
        client.get("http://127.0.0.1:1/")


async def main():
    async with httpx.AsyncClient() as client:
        await client.post(web + "/ok", content=b"body")


asyncio.run(main())
