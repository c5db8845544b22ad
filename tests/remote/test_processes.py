"""Whatever becomes of a process, and whoever it asks, the application is well."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.remote.backend import PATIENCE, Backend, encoded
from tests.remote.conftest import ROOT, App, environment
from tests.remote.test_live import deny_list

Start = Callable[..., App]


def script(backend: Backend, code: str, **options: str) -> subprocess.CompletedProcess[str]:
    """Runs a script under vedette to its end."""
    command = [sys.executable, "-m", "vedette", "run", sys.executable, "-c", code]
    variables = environment(backend.url, **options)
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)


TRACE = "import vedette\nwith vedette.tracer.span('work'): pass\n"
WAIT = """
import time
def wait(wanted):
    from vedette.lifecycle import running
    until = time.monotonic() + 30
    while running().settings.sample_rate != wanted:
        assert time.monotonic() < until, running().settings.sample_rate
        time.sleep(0.01)
"""


def rate(share: float) -> dict[str, Any]:
    """A configuration for everybody."""
    return {"lib_config": {"tracing_sampling_rate": share}}


def test_a_process_without_traces_asks_nobody(backend: Backend) -> None:
    done = script(backend, "import vedette, threading; print(threading.active_count())")
    assert done.stdout == "1\n"
    assert backend.asked == []


def test_a_process_that_may_not_ask_does_not(backend: Backend) -> None:
    done = script(backend, TRACE + "vedette.tracer.flush(5)", DD_REMOTE_CONFIGURATION_ENABLED="false")
    assert done.returncode == 0, done.stderr
    assert backend.asked == []
    assert "/v0.4/traces" in backend.paths


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_children_ask_for_themselves(backend: Backend) -> None:
    backend.put("APM_TRACING", "one", rate(0.25))
    code = (
        TRACE
        + WAIT
        + "import os\nwait(0.25)\nchild = os.fork()\n"
        + "with vedette.tracer.span('work'): pass\n"
        + "from vedette import _native\n"
        + "until = time.monotonic() + 30\n"
        + "while not (_native.remote_status() or {}).get('changes'):\n"
        + "    assert time.monotonic() < until\n    time.sleep(0.01)\n"
        + "wait(0.25)\n"
        + "assert child == 0 or os.waitpid(child, 0)[1] == 0\n"
    )
    done = script(backend, code)
    assert done.returncode == 0, done.stderr
    assert len({question["client"]["id"] for question in backend.asked}) == 2


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_a_child_gives_up_what_was_taken_away_meanwhile(backend: Backend) -> None:
    path = backend.put("APM_TRACING", "one", rate(0.25))

    def answer(question: dict[str, Any]) -> bytes:
        if len({asked["client"]["id"] for asked in backend.asked}) > 1 and path in backend._configs:
            backend._configs.pop(path)
            backend._version += 1
        return json.dumps(backend.payload(question)).encode()

    backend.answer = answer
    code = (
        TRACE
        + WAIT
        + "import os\nwait(0.25)\nif os.fork() == 0:\n"
        + "    with vedette.tracer.span('work'): pass\n    wait(None)\n    os._exit(0)\n"
        + "assert os.wait()[1] == 0\n"
    )
    done = script(backend, code)
    assert done.returncode == 0, done.stderr


def test_gevent_is_at_peace_with_it(backend: Backend) -> None:
    pytest.importorskip("gevent")
    backend.put("APM_TRACING", "one", rate(0.25))
    done = script(backend, "from gevent import monkey; monkey.patch_all()\n" + TRACE + WAIT + "wait(0.25)")
    assert done.returncode == 0, done.stderr


def test_the_end_of_a_process_waits_for_no_answer(backend: Backend) -> None:
    def slow(_: dict[str, Any]) -> bytes:
        time.sleep(20)
        return b"{}"

    backend.answer = slow
    code = TRACE + "import time\nvedette.tracer.flush(5)\ntime.sleep(0.3)\nbegan = time.monotonic()\n"
    code += "import atexit; atexit._run_exitfuncs(); print(time.monotonic() - began)"
    done = script(backend, code)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2.5, "a second is promised, on a machine that is not busy"


@pytest.mark.parametrize("how", ["not offered", "not found", "broken", "garbage", "nobody"])
def test_a_backend_without_it_is_left_alone(backend: Backend, start: Start, how: str) -> None:
    if how == "not offered":
        backend.endpoints = ["/v0.4/traces"]
    backend.status = {"not found": 404, "broken": 500}.get(how, 200)
    backend.answer = (lambda _: b"\x00<html>") if how == "garbage" else None
    url = "http://127.0.0.1:9" if how == "nobody" else backend.url
    app = start(url, VEDETTE_PROTECTION="block")
    until = time.monotonic() + PATIENCE
    while how != "nobody" and "/info" not in backend.paths:
        assert time.monotonic() < until
        time.sleep(0.02)
    for _ in range(20):
        assert app.get()[0] == 200
    assert len(backend.asked) <= {"not offered": 0, "not found": 1}.get(how, 1_000)


def test_answers_that_cannot_be_believed_are_refused_and_told(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    good = backend.put("ASM_DATA", "good", deny_list("203.0.113.7"))
    backend.state_of(good)

    def spoiled(question: dict[str, Any]) -> bytes:
        payload = backend.payload(question)
        payload["target_files"] = [{"path": good, "raw": encoded(b"{}")}]
        return json.dumps(payload).encode()

    backend.put("ASM_DATA", "good", deny_list("203.0.113.8"))
    backend.answer = spoiled
    told = backend.wait(lambda question: question["client"]["state"]["has_error"])
    assert good in told["client"]["state"]["error"]
    assert [app.get("/", client=f"203.0.113.{n}")[0] for n in (7, 8)] == [403, 200]
    backend.answer = None
    backend.state_of(good)
    assert backend.wait(lambda question: not question["client"]["state"]["has_error"])
    assert [app.get("/", client=f"203.0.113.{n}")[0] for n in (7, 8)] == [200, 403]


def test_a_flare_is_sent_once(backend: Backend, start: Start) -> None:
    start(backend.url, DD_TAGS="secret_token:hidden")
    backend.state_of(
        backend.put("AGENT_CONFIG", "level", {"name": "flare-log-level.debug", "config": {"log_level": "debug"}})
    )
    args = {"case_id": "4711", "hostname": "here", "user_handle": "me@example.com"}
    task = backend.put("AGENT_TASK", "flare", {"task_type": "tracer_flare", "uuid": "u-1", "args": args})
    backend.state_of(task)
    (body,) = backend.posted["/tracer_flare/v1"]
    for field in (
        b'name="case_id"\r\n\r\n4711',
        b'name="email"\r\n\r\nme@example.com',
        b'name="source"\r\n\r\ntracer_python',
    ):
        assert field in body
    start_of_zip = body.index(b"PK\x03\x04")
    with zipfile.ZipFile(io.BytesIO(body[start_of_zip : body.rindex(b"\r\n--")])) as flare:
        assert flare.testzip() is None
        assert json.loads(flare.read("configuration.json"))["service"] == "Shop"
        assert b"hidden" not in b"".join(flare.read(name) for name in flare.namelist())
    backend.put("APM_TRACING", "other", rate(0.5))
    backend.wait(lambda question: len(question["client"]["state"]["config_states"]) == 3)
    assert len(backend.posted["/tracer_flare/v1"]) == 1
    bad = backend.put("AGENT_TASK", "bad", {"task_type": "tracer_flare", "args": {}})
    assert "case_id" in backend.state_of(bad, state=3)["apply_error"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such sockets there")
def test_over_a_unix_socket(tmp_path: Path, start: Start) -> None:
    import socketserver
    from http.server import BaseHTTPRequestHandler
    from threading import Event, Thread

    asked = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path == "/v0.7/config":
                asked.set()
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST

        def address_string(self) -> str:
            return "unix"

        def log_message(self, *_: Any) -> None:
            pass

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    with Server(str(tmp_path / "agent.sock"), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        start(f"unix://{tmp_path}/agent.sock")
        assert asked.wait(PATIENCE)
        server.shutdown()
