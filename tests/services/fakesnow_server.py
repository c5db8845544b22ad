"""The program that runs fakesnow, in an environment of its own: `python fakesnow_server.py PORT`.

It adds to a login's answer what the connector's generation 5 expects, and the warehouse that was asked for; it tells on
``/test/received`` what was asked of it.
"""

from __future__ import annotations

import gzip
import json
import sys
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fakesnow.server import app

LOGIN = "/session/v1/login-request"
TOLD_TOO = {"masterToken": "master", "validityInSeconds": 3600, "masterValidityInSeconds": 14400, "sessionId": 1}

received: list[dict[str, Any]] = []


async def served(scope: Any, receive: Any, send: Any) -> None:
    """ASGI."""
    if scope["type"] != "http":
        await app(scope, receive, send)
    elif scope["path"] == "/test/received":
        await _answer(send, json.dumps(received).encode())
    else:
        await _forward(scope, receive, send)


async def _forward(scope: Any, receive: Any, send: Any) -> None:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    body = await _whole(receive)
    plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    statement = json.loads(plain).get("sqlText") if plain.startswith(b"{") else None
    received.append({"path": scope["path"], "headers": headers, "statement": statement})

    async def once_more() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    await app(scope, once_more, _completed(scope, send) if scope["path"] == LOGIN else send)


async def _whole(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _completed(scope: Any, send: Any) -> Any:
    """A `send` that holds the answer of the login back until it can be completed."""
    pieces: list[bytes] = []
    [warehouse] = parse_qs(scope["query_string"].decode()).get("warehouse", [None])

    async def completing(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))
            if not message.get("more_body"):
                answer = json.loads(b"".join(pieces))
                answer["data"] = {**TOLD_TOO, **answer["data"]}
                answer["data"]["sessionInfo"]["warehouseName"] = warehouse
                await _answer(send, json.dumps(answer).encode())

    return completing


async def _answer(send: Any, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(served, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
