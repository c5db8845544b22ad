"""A Flask application, to be served by whatever serves WSGI."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask, jsonify

from tests.journeys.apps.fetch import fetch

app = Flask(__name__)
pool = ThreadPoolExecutor(2)


@app.get("/health")
def health() -> str:
    """Whether it serves."""
    return "up"


@app.get("/work/<ident>")
def work(ident: str) -> Any:
    """In the request's own thread."""
    return jsonify(ident=ident, echo=fetch(ident))


@app.get("/thread/<ident>")
def in_thread(ident: str) -> Any:
    """In a thread of an executor."""
    return jsonify(ident=ident, echo=pool.submit(fetch, ident).result())
