"""An application that is attacked in a process of its own, and says what became of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

SCRIPT = """
import json
import sqlite3
import sys

import vedette

vedette.start()

from flask import Flask, request

app = Flask("shop")


@app.get("/search")
def search():
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE users (name)")
        database.execute("SELECT * FROM users WHERE name = '" + request.args["name"] + "'")
    headers = {}
    vedette.inject(headers)
    return headers


told = []
for path, headers in json.loads(sys.argv[1]):
    answer = app.test_client().get(path, headers={"User-Agent": "curl/8", **headers})
    told.append([answer.status_code, answer.get_data(as_text=True)])
    vedette.tracer.flush(5)
print(json.dumps(told))
"""
INJECTION = "/search?name=x' OR '1'='1"
HARMLESS = "/search?name=anna"


def attacked(requests: list[Any], **settings: str) -> list[tuple[int, str]]:
    """Status and body of each answer; `requests` are paths, or pairs of path and headers. `settings` are variables."""
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))},
        "VEDETTE_SERVICE": "shop",
        "VEDETTE_PROTECTION": "block",
        "VEDETTE_WAF_TIMEOUT": "5",
        **settings,
    }
    asked = json.dumps([[one, {}] if isinstance(one, str) else one for one in requests])
    done = subprocess.run([sys.executable, "-c", SCRIPT, asked], env=env, capture_output=True, text=True, check=True)
    return [(status, body) for status, body in json.loads(done.stdout)]
