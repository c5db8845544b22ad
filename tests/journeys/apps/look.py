"""Says what of the process an instrumentation would have touched: `python -m tests.journeys.apps.look`."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import logging
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import celery
import flask
import httpx
import jinja2
import redis
import requests
import starlette.applications
import urllib3

LOOKED_AT: list[Any] = [
    sqlite3.connect,
    sqlite3.dbapi2.connect,
    http.client.HTTPConnection.request,
    http.client.HTTPConnection.getresponse,
    threading.Thread.start,
    concurrent.futures.ThreadPoolExecutor.submit,
    logging.Logger.makeRecord,
    logging.LogRecord,
    requests.Session.send,
    requests.Session.request,
    urllib3.connectionpool.HTTPConnectionPool.urlopen,
    httpx.Client.send,
    httpx.AsyncClient.send,
    flask.Flask.wsgi_app,
    flask.Flask.full_dispatch_request,
    starlette.applications.Starlette.__call__,
    jinja2.Template.render,
    redis.Redis.execute_command,
    celery.Task.apply_async,
    os.fork,
    sys.excepthook,
    open,
]


def described(thing: Any) -> str:
    """What is seen of a function from outside."""
    code = getattr(thing, "__code__", None)
    where = f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else ""
    return f"{type(thing).__module__}.{type(thing).__name__} {getattr(thing, '__module__', '')} {where}"


if __name__ == "__main__":
    tasks = (
        len(list(Path("/proc/self/task").iterdir())) if Path("/proc/self/task").exists() else threading.active_count()
    )
    seen = {
        "functions": [described(thing) for thing in LOOKED_AT],
        "threads": tasks,
        "finders": [type(finder).__name__ for finder in sys.meta_path],
        "path": [entry for entry in sys.path if "vedette" in entry and "_launch" in entry],
    }
    print(json.dumps(seen, indent=1))
