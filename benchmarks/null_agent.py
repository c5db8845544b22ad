"""A backend that takes everything and does nothing, in a process of its own so that its time is not the application's.

Run as ``python -m benchmarks.null_agent PORT``. It prints a line when it listens; ``GET /counts`` tells the requests
and bytes taken.
"""

from __future__ import annotations

import asyncio
import json
import sys

INFO = {"version": "7.70.0", "endpoints": ["/v0.4/traces", "/v0.5/traces", "/v0.6/stats"], "client_drop_p0s": True}
counts = {"requests": 0, "bytes": 0}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await _skip_body(reader, head.lower())
            writer.write(_answer(head.split(" ", 2)[1]))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _skip_body(reader: asyncio.StreamReader, head: str) -> None:
    if "transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).split(b";")[0], 16):
            counts["bytes"] += len(await reader.readexactly(size + 2)) - 2
        await reader.readline()
    elif "content-length:" in head:
        size = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        counts["bytes"] += len(await reader.readexactly(size))


def _answer(path: str) -> bytes:
    if path == "/counts":
        body = json.dumps(counts).encode()
    elif path == "/info":
        body = json.dumps(INFO).encode()
    else:
        counts["requests"] += 1
        body = b"" if path.startswith("/v1/") else b'{"rate_by_service":{}}'
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def main(port: int) -> None:
    """Listen until the process is ended."""
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
