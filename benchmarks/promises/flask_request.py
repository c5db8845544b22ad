"""A Flask request with one SQLite query and a JSON answer, driven through WSGI without a network."""

from __future__ import annotations

import io
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from benchmarks.promise import Benchmark, Measured, Promise, in_process, report
from benchmarks.tracers import under_test

WARM, BURSTS, REQUESTS = 200, 6, 400

BENCHMARK = Benchmark(
    "flask_request",
    (Promise("seconds", "added to a Flask request (SQLite query, JSON)", "µs", 1 / 8, 1 / 20, 1e6, added=True),),
    in_process(__file__, launched=True),
)

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/users/7",
    "QUERY_STRING": "page=1",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "127.0.0.1:8000",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64)",
    "HTTP_ACCEPT": "application/json",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def application() -> Any:
    """One route and its table."""
    from flask import Flask, jsonify

    app = Flask("shop")
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table users (id integer primary key, name text)")
    database.executemany("insert into users values (?, ?)", [(number, f"name {number}") for number in range(100)])

    @app.get("/users/<int:number>")
    def user(number: int) -> Any:
        cursor = database.cursor()
        cursor.execute("select id, name from users where id = ?", (number,))
        found, name = cursor.fetchone()
        return jsonify(id=found, name=name)

    return app


def drive(app: Callable[..., Any], count: int) -> None:
    """Ask as a WSGI server does, and read the answer to its end."""
    seen: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
        seen.append(status)
        return lambda written: None

    for _ in range(count):
        answer = app({**ENVIRON, "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO()}, start_response)
        body = b"".join(answer)
        answer.close()
    assert set(seen) == {"200 OK"}, set(seen)
    assert b"name 7" in body, body


def measure() -> Measured:
    """CPU seconds of the process per request, with encoding and sending."""
    app, tracer = application(), under_test()
    drive(app, WARM)
    tracer.flush()
    before = time.process_time()
    for _ in range(BURSTS):
        drive(app, REQUESTS)
        tracer.flush()
    return {"seconds": (time.process_time() - before) / (BURSTS * REQUESTS)}


if __name__ == "__main__":
    report(measure())
