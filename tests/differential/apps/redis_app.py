"""redis: commands, a pipeline, an error, asynchronous."""

import asyncio
import contextlib
import os

import redis
import redis.asyncio

port = int(os.environ["REDIS_PORT"])
client = redis.Redis(host="127.0.0.1", port=port)
client.set("differential", "1")
client.get("differential")
client.mget("differential", "absent")
with client.pipeline(transaction=False) as pipeline:
    pipeline.set("differential", "2").get("differential").execute()
with contextlib.suppress(redis.ResponseError):
    client.lpush("differential", "x")
client.close()


async def main():
    client = redis.asyncio.Redis(host="127.0.0.1", port=port)
    await client.get("differential")
    await client.aclose()


asyncio.run(main())
