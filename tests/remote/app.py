"""A Flask application that tells what is in force in it."""

from __future__ import annotations

import os
import sys

from flask import Flask, request

import vedette
from tests.remote.seen import seen
from vedette.lifecycle import running
from vedette.operations import IncomingRequest

app = Flask(__name__)


@app.route("/")
def index() -> str:
    """Something ordinary."""
    return "served"


@app.route("/state")
def state() -> dict[str, object]:
    """The options that may change, and who listens."""
    started = running()
    assert started is not None
    live = started.settings
    names = ("protection", "sample_rate", "logs_injection", "enabled")
    return {
        **{name: getattr(live, name) for name in names},
        "tags": dict(live.tags),
        "header_tags": dict(live.header_tags),
        "rules": [dict(rule) for rule in live.sampling_rules],
        "listeners": len(IncomingRequest.listeners),
        "pid": os.getpid(),
        "protection_imported": "vedette.protection" in sys.modules,
    }


@app.route("/seen")
def look() -> dict[str, object]:
    """What the request sees of itself."""
    return seen()


@app.route("/search")
def search() -> str:
    """Takes anything."""
    return request.args.get("q", "")


@app.route("/user/<name>")
def user(name: str) -> str:
    """A user comes back."""
    vedette.protection.set_user(name)
    return "hello"


if __name__ == "__main__":
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()
