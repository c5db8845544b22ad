"""Requests without end, driven through WSGI in the process itself: `python -m tests.journeys.apps.endless REQUESTS`.

Prints the resident memory, in bytes, after half of the requests and after all.
"""

from __future__ import annotations

import gc
import io
import resource
import sqlite3
import sys
from pathlib import Path
from typing import Any

from flask import Flask, jsonify

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
}

app = Flask(__name__)
database = sqlite3.connect(":memory:")


@app.get("/users/<int:number>")
def user(number: int) -> Any:
    """One statement, whose text differs from request to request."""
    (found,) = database.execute(f"select {number} as n{number % 5000}").fetchone()
    return jsonify(user=found)


def serve(first: int, count: int) -> None:
    """Requests that all differ in path, query and headers."""
    for number in range(first, first + count):
        own = {"PATH_INFO": f"/users/{number}", "QUERY_STRING": f"q={number}", "HTTP_USER_AGENT": f"agent {number}"}
        answer = app.wsgi_app({**ENVIRON, **own, "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr}, ignore)
        assert b"".join(answer) == b'{"user":%d}\n' % number
        answer.close()


def ignore(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
    """A server's `start_response`."""
    assert status == "200 OK", status


def resident() -> int:
    """Bytes in RAM."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    count = int(sys.argv[1])
    serve(0, count // 2)
    half = resident()
    serve(count // 2, count // 2)
    print(half, resident(), flush=True)
