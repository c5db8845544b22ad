"""What docs/telemetry.md says is what a process tells, to an agent that wants it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgpack
import pytest

from tests.docs.pages import read
from tests.remote.backend import PATIENCE, Backend
from tests.remote.conftest import ROOT, backend, environment
from vedette.settings.options.telemetry import OPTIONS

__all__ = ["backend"]
PAGE = read("telemetry.md")
OFF = {"VEDETTE_TELEMETRY": "false"}
TOLD = "/telemetry/proxy/api/v2/apmtelemetry"
SCRIPT = """
import glob, os, sys, time
import flask, vedette
app = flask.Flask("shop")
app.route("/cart")(lambda: "")
app.test_client().get("/cart")
vedette.tracer.flush(5)
sys.stdin.readline()  # what is known until then is told with the first message
from vedette.lifecycle import running
running().change({"protection": "off", "sample_rate": 0.5})
from vedette import _native
_native.note_trouble("an error in a test", "")
app.test_client().get("/cart")
vedette.tracer.flush(5)
for path in glob.glob("/proc/self/fd/*"):
    if "datadog-tracer-info-" in os.path.realpath(path):
        with open(path, "rb") as file:
            sys.stdout.buffer.write(file.read())
"""


@pytest.fixture
def wanting(backend: Backend) -> Backend:
    """An agent that wants to be told."""
    backend.endpoints.append("/telemetry/proxy/")
    return backend


def run(backend: Backend, **options: str) -> bytes:
    """A process that lives shortly; what it wrote."""
    command = [sys.executable, "-m", "vedette", "run", sys.executable, "-c", SCRIPT]
    variables = environment(backend.url, **options)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdin=pipe, stdout=pipe) as process:
        until = time.monotonic() + PATIENCE
        while "/v0.4/traces" not in backend.paths or (options != OFF and TOLD not in backend.posted):
            assert time.monotonic() < until
            time.sleep(0.01)
        written, _ = process.communicate(b"\n", timeout=PATIENCE)
        assert process.returncode == 0
    return written


def messages(backend: Backend) -> Iterator[dict[str, Any]]:
    """What it told, in the order of the numbers; batches taken apart."""
    told = sorted((json.loads(body) for body in backend.posted.get(TOLD, [])), key=lambda one: one["seq_id"])
    assert [one["seq_id"] for one in told] == list(range(1, len(told) + 1))
    for one in told:
        yield from one["payload"] if isinstance(one["payload"], list) else [one]


def test_each_message_is_in_the_table(wanting: Backend) -> None:
    run(wanting, VEDETTE_DENY_USERS="mallory", VEDETTE_DENY_ADDRESSES="203.0.113.7", DD_TAGS="api_token:hunter2")
    told = {one["request_type"]: one["payload"] for one in messages(wanting)}
    table = re.findall(r"^\| (`[a-z`, -]+`) \|", PAGE, re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`([a-z-]+)`", row)}
    assert set(told) <= named
    rare = {"app-heartbeat", "app-extended-heartbeat"}  # a short process may end before
    assert named - rare <= set(told), "nothing is told of that the page names"
    assert told["app-product-change"] == {"products": {"appsec": {"enabled": False}}}
    everything = b"".join(wanting.posted[TOLD]).decode()
    for secret in ("mallory", "203.0.113.7", "hunter2"):
        assert secret not in everything


def test_the_switches_are_named_and_switch(wanting: Backend) -> None:
    for option in OPTIONS:
        if option.kind.annotation == "bool":
            assert f"`{option.variable}=false`" in PAGE, option.name
    run(wanting, **OFF)
    assert TOLD not in wanting.posted


@pytest.mark.skipif(sys.platform != "linux", reason="only there")
def test_tools_find_out_which_service_this_is(wanting: Backend) -> None:
    found = msgpack.unpackb(run(wanting, VEDETTE_VERSION="1.2"))
    assert found["schema_version"] in (1, 2)
    assert (found["service_name"], found["service_env"], found["service_version"]) == ("Shop", "test", "1.2")
    assert (found["tracer_language"], bool(found["runtime_id"])) == ("python", True)
    assert found["hostname"] == os.uname().nodename
