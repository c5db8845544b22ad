"""Gunicorn in processes of its own: in every worker a bare application's requests are traced, once each."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gunicorn")

APPLICATION = """
import json
import vedette
from vedette import _native

def app(environ, start_response):
    if environ["PATH_INFO"] == "/spans":
        found = [(span, chunk["trace_id"]) for chunk in _native.take() for span in chunk["spans"]]
        body = json.dumps([[span["name"], span["resource"], trace] for span, trace in found]).encode()
    else:
        with vedette.tracer.span("work"):
            body = b"done"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
CONFIGURATION = "import vedette; vedette.start(in_memory=True)"


@contextlib.contextmanager
def serving(folder: Path, *options: str) -> Iterator[int]:
    (folder / "served.py").write_text(APPLICATION)
    (folder / "configuration.py").write_text(CONFIGURATION)
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = [sys.executable, "-m", "gunicorn.app.wsgiapp"]
    command = [*server, "-c", "configuration.py", "-b", f"127.0.0.1:{port}", "-w", "1"]
    environ = {**os.environ, "VEDETTE_WSGI_ENABLED": "true", "VEDETTE_PROTECTION": "off"}
    path = os.pathsep.join(each for each in (str(folder), *sys.path) if each)
    process = subprocess.Popen(
        [*command, *options, "served:app"],
        cwd=folder,
        env={**environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _await(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert "Traceback" not in told, told


def _await(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("gunicorn does not listen")


def asked(port: int, path: str, **headers: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        return connection.getresponse().read()


WORKERS: dict[str, tuple[str, ...]] = {
    "sync": (),
    "gthread": ("-k", "gthread", "--threads", "2"),
    "gevent": ("-k", "gevent"),
    "gevent_pywsgi": ("-k", "gevent_pywsgi"),
    "preload": ("--preload",),
}


@pytest.mark.parametrize("worker", list(WORKERS))
def test_workers(worker: str, tmp_path: Path) -> None:
    if "gevent" in worker:
        pytest.importorskip("gevent")
    with serving(tmp_path, *WORKERS[worker]) as port:
        for number in (1, 2):
            assert asked(port, f"/{number}", traceparent=f"00-{number:032x}-{6:016x}-01") == b"done"
        spans: list[Any] = json.loads(asked(port, "/spans"))
    assert sorted(spans) == [
        ["work", "work", 1],
        ["work", "work", 2],
        ["wsgi.request", "GET 200", 1],
        ["wsgi.request", "GET 200", 2],
    ]
