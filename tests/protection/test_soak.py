"""Blocking under load: whatever comes, in whatever order, gets what it would get alone, and nothing is left of it.

`SOAK_REQUESTS=100000` makes a soak of it; by default it is a short one.
"""

from __future__ import annotations

import gc
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, request

from vedette import _native

COUNT = int(os.environ.get("SOAK_REQUESTS", "1500"))
THREADS = 4
DEEP = "[" * 10_000 + "]" * 10_000
LARGE = json.dumps({f"key {n}": ["some words", n, {"more": "words"}] for n in range(10_000)})
SCRIPT = "<script>alert(1)</script>"
JSON = "application/json"

Case = tuple[str, dict[str, Any], int]
CASES: list[Case] = [
    ("plain", {"path": "/page?q=tea and biscuits"}, 200),
    ("a name", {"path": "/search?name=O''Brien"}, 200),
    ("prose", {"path": "/page", "method": "POST", "data": {"text": "select a seat; or 1 of 2, then drop by"}}, 200),
    ("large", {"path": "/page", "method": "POST", "data": LARGE, "content_type": JSON}, 200),
    ("deep", {"path": "/page", "method": "POST", "data": DEEP, "content_type": JSON}, 200),
    ("broken", {"path": "/page", "method": "POST", "data": b'\xff{"a"', "content_type": JSON}, 200),
    ("upload", {"path": "/page", "method": "POST", "data": b"\0" * 200_000, "content_type": "image/png"}, 200),
    ("not found", {"path": "/nowhere"}, 404),
    ("script", {"path": "/page", "query_string": {"q": SCRIPT}}, 403),
    ("in a body", {"path": "/page", "method": "POST", "json": {"a": [{"b": SCRIPT}]}}, 403),
    ("in a form", {"path": "/page", "method": "POST", "data": {"q": SCRIPT}}, 403),
    ("in a header", {"path": "/page", "headers": {"X-Name": SCRIPT}}, 403),
    ("exploit", {"path": "/search?name=x' or 1 %2b 1 -- "}, 403),
    ("denied", {"path": "/page", "environ_base": {"REMOTE_ADDR": "192.0.2.66"}}, 403),
]


def application() -> Flask:
    """Reads what it is sent, and searches carelessly."""
    app = Flask("soak")

    @app.route("/page", methods=["GET", "POST"])
    def page() -> str:
        request.get_data(parse_form_data=True)
        request.get_json(silent=True) if len(request.get_data()) < 1_000 else None
        return "page"

    @app.get("/search")
    def search() -> dict[str, Any]:
        with sqlite3.connect(":memory:") as connection:
            connection.execute("create table users (name text)")
            found = connection.execute(f"select name from users where name = '{request.args['name']}'").fetchall()
        connection.close()
        return {"found": found}

    return app


def resident() -> int:
    """Bytes of memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.timeout(3_600)
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads Linux's own account of memory")
def test_under_load(protected: Any) -> None:
    protected("block", deny_addresses="192.0.2.66")
    app = application()

    def ask(number: int) -> tuple[str, int, int]:
        name, sent, expected = CASES[number % len(CASES)]
        with app.test_client(use_cookies=False) as client:
            return name, client.open(**sent).status_code, expected

    def burst(count: int) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for name, status, expected in pool.map(ask, range(count), timeout=600):
                assert (name, status) == (name, expected)
        _native.take()
        gc.collect()

    burst(len(CASES) * 20)
    before = resident()
    for _ in range(max(1, COUNT // 500)):
        burst(500)
    assert resident() - before < 64 * 1024 * 1024
