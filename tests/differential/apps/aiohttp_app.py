"""aiohttp: its client; an answer, an error, a redirect, a refused connection."""

import asyncio
import contextlib
import os

import aiohttp

web = os.environ["WEB"]


async def main():
    async with aiohttp.ClientSession() as session:
        for path in ("/ok?page=2", "/status/503", "/redirect/1"):
            async with session.get(web + path) as response:
                await response.read()
        with contextlib.suppress(aiohttp.ClientError):
            await session.get("http://127.0.0.1:1/")


asyncio.run(main())
