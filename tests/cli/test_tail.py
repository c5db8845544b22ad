"""`vedette tail` beside a running agent."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys

import pytest

pytest.importorskip("duckdb", reason="the agent needs its extra: pip install 'vedette[agent]'")

from tests.agent.test_process import running
from vedette.cli._span_notes import notes
from vedette.cli.tail import Printer, duration, levels, printable

COMMAND = [sys.executable, "-u", "-m", "vedette", "tail"]


def test_it_shows_what_is_there_and_what_comes_and_ends_with_ctrl_c():
    with running("--memory") as agent:
        agent.send(agent.otlp + "/v1/traces", "opentelemetry.otlp.pb", "application/x-protobuf")
        agent.ask("/api/summary")
        tail = subprocess.Popen([*COMMAND, "--url", agent.page, "--tree"], stdout=subprocess.PIPE, text=True)
        first = [tail.stdout.readline() for _ in range(5)]
        assert "billing  GET /invoices/{id}  500  error  2 spans" in first[0]
        assert first[2].strip() == "RuntimeError: no such invoice"
        assert first[3].split()[0].endswith("ot_app.py:15")
        assert "    SELECT invoices  SELECT * FROM invoices WHERE id = " in first[4]
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        assert "shop  GET /users/<uid>  200" in tail.stdout.readline()
        tail.send_signal(signal.SIGINT)
        tail.communicate(timeout=10)
        assert tail.returncode == 0


def test_json_has_one_trace_per_line_and_the_search_is_the_agents():
    with running("--memory") as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        agent.ask("/api/summary")
        tail = subprocess.Popen([*COMMAND, "--url", agent.page, "--json", "attack"], stdout=subprocess.PIPE, text=True)
        assert json.loads(tail.stdout.readline())["attacks"] == 1
        tail.terminate()
        tail.communicate(timeout=10)


def test_without_an_agent_it_says_what_to_do():
    done = subprocess.run([*COMMAND, "--url", "http://127.0.0.1:9"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "no agent answers at http://127.0.0.1:9" in done.stderr
    assert "Start one: vedette agent" in done.stderr


EVIL = "\x1b]0;owned\x07\x1b[2J\r\n\x9b31m\u202e"


def test_nothing_in_a_span_reaches_the_terminal_as_a_command():
    assert not set(printable(EVIL)) & set("\x1b\x07\r\n\x9b\u202e")
    out = io.StringIO()
    root = {"service": EVIL, "resource": EVIL, "name": EVIL, "status": EVIL}
    trace = {"root": root, "start": 1 << 63, "duration": 5, "blocked": True, "attacks": 1, "errors": 1, "spans": 1}
    Printer(out, False, False).show({**trace, "trace_id": "7"}, None)
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals of our own there")
@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_terminals_that_want_them(monkeypatch, environment, coloured):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    reader, writer = os.openpty()
    with open(writer, "w") as terminal:
        assert Printer(terminal, False, False)._coloured is coloured
    os.close(reader)


def test_levels_follow_parents():
    spans = [{"span_id": "1", "parent_id": ""}, {"span_id": "2", "parent_id": "1"}, {"span_id": "3", "parent_id": "9"}]
    assert [depth for _, depth in levels(spans)] == [0, 1, 0]


def test_durations():
    assert (duration(1_234_567), duration(2_500_000_000)) == ("1.23 ms", "2.50 s")


STACK = """Traceback (most recent call last):
  File "/app/shop.py", line 13, in broken
    return basket["cable"]
  File "/usr/lib/python3.11/site-packages/flask/app.py", line 902, in run
    return view()
KeyError: 'cable'
"""


def told(**more):
    calm = {"attack": False, "blocked": False, "error": False, "failure": {}, "attributes": {}, "structures": {}}
    return notes({**calm, "events": [], **more})


def test_a_tree_tells_what_went_wrong_and_where():
    failure = {"type": "KeyError", "message": "'cable'\n", "stack": STACK}
    assert told(error=True, failure=failure) == ["KeyError: 'cable'", '/app/shop.py:13  return basket["cable"]']
    assert told(error=True) == told() == told(error=True, failure={"stack": "?" * 5_000}) == []
    said = {
        "security.rule.id": "x",
        "security.rule.name": "SQL injection",
        "security.input.address": "server.request.query",
    }
    finding = {**said, "security.input.path": "q.0", "security.input.value": "' or 1=1 " + "x" * 500}
    (line,) = told(attack=True, error=True, events=[{"name": "security.finding", "attributes": finding}])
    assert line.startswith("SQL injection (let through) in query q: ' or 1=1 xxx")
    assert len(line) == 300
