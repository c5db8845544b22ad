"""The command `vedette agent` as a process: start, ports, signals, restart."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from tests.agent.conftest import PAYLOADS

COMMAND = [sys.executable, "-m", "vedette", "agent"]


class Running:
    """An agent process and what it said."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        self.said.extend(iter(self.process.stderr.readline, ""))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while not any("traces  " in line for line in self.said):
            assert time.monotonic() < deadline, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.02)
        self.page = re.search(r"page +(http://\S+)/", "".join(self.said)).group(1)
        self.otlp = re.search(r"OTLP +(http://\S+)", "".join(self.said)).group(1)

    def ask(self, path: str):
        with urllib.request.urlopen(self.page + path, timeout=10) as answer:
            return json.load(answer)

    def send(self, url: str, name: str, kind: str) -> None:
        body = (PAYLOADS / name).read_bytes()
        urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": kind}), timeout=10).close()

    def end(self, number: int = signal.SIGTERM) -> float:
        """Asks it to stop; the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(10)
        took = time.monotonic() - began
        self._listener.join(2)
        return took


@contextmanager
def running(*arguments: str):
    agent = Running("--port", "0", "--otlp-port", "0", *arguments)
    try:
        agent.wait_until_ready()
        yield agent
    finally:
        agent.process.kill()
        agent.process.wait()


def test_it_receives_both_protocols_and_answers(tmp_path):
    with running("--memory") as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        agent.send(agent.otlp + "/v1/traces", "opentelemetry.otlp.pb", "application/x-protobuf")
        summary = agent.ask("/api/summary")
        assert (summary["traces"], summary["drops"], summary["attacks"]) == (5, 0, 1)
        assert summary["spans"] == summary["stored"] == summary["received"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_with_open_connections(number):
    with running("--memory") as agent:
        host, port = agent.page.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as idle, socket.create_connection((host, int(port))) as half:
            half.sendall(b"PUT /v0.4/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
            idle.sendall(b"GET /info HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(100).startswith(b"HTTP/1.1 200")
            took = agent.end(number)
        assert agent.process.returncode == 0
        assert took < 2.5  # 1 s on an idle machine
        assert "stopped; 0 spans stored, 0 dropped" in agent.said[-1]


def test_what_was_received_before_the_end_is_there_after_it(tmp_path):
    with running("--data", str(tmp_path)) as agent:
        agent.send(agent.page + "/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
        agent.end()
    with running("--data", str(tmp_path)) as agent:
        assert agent.ask("/api/summary")["traces"] == 4


def test_a_port_in_use_is_said_with_what_to_do():
    with running("--memory") as agent:
        port = agent.page.rsplit(":", 1)[1]
        done = subprocess.run([*COMMAND, "--memory", "--port", port], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert f"port {port} on 127.0.0.1 is in use by another vedette agent. Stop that, or choose" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_port_held_by_something_silent_is_said_too():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        command = [*COMMAND, "--memory", "--port", "0", "--otlp-port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert f"port {port} on 127.0.0.1 is in use. Stop that, or choose another with --otlp-port" in done.stderr


def test_two_agents_on_one_folder_are_refused(tmp_path):
    with running("--data", str(tmp_path)):
        command = [*COMMAND, "--port", "0", "--otlp-port", "0", "--data", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "in use by another process" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--port", "x"], ["--port", "70000"], ["--retention", "soon"], ["--max-size", "-1"], ["--data", "a", "--memory"]],
)
def test_wrong_options_are_said(arguments):
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "vedette agent: error: " in done.stderr


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    command = [*COMMAND, "--port", "0", "--otlp-port", "0", "--data", str(tmp_path / "file" / "below")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "cannot make the data folder" in done.stderr


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks into /proc")
def test_it_is_not_instrumented_by_what_it_was_started_under():
    environment = {**os.environ, "VEDETTE_AGENT_URL": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "vedette", "run", "--", *COMMAND, "--memory", "--port", "0", "--otlp-port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        said = ""
        while "page" not in said:
            said = process.stderr.readline()
            assert said, "it ended"
        page = re.search(r"http://\S+", said).group()
        for _ in range(3):
            urllib.request.urlopen(page, timeout=10).close()
        time.sleep(0.5)
        with urllib.request.urlopen(page + "api/summary", timeout=10) as answer:
            assert json.load(answer)["spans"] == 0
        with open(f"/proc/{process.pid}/environ") as environ:
            assert "VEDETTE_LAUNCHED" not in environ.read()
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_what_was_acknowledged_survives_a_kill(tmp_path):
    kinds = ("/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
    with running("--data", str(tmp_path)) as agent:
        for _ in range(5):
            agent.send(agent.page + kinds[0], *kinds[1:])
        agent.end(signal.SIGKILL)
    with running("--data", str(tmp_path)) as agent:
        spans = agent.ask("/api/summary")["spans"]
        agent.send(agent.page + kinds[0], *kinds[1:])
        assert spans == 5 * (agent.ask("/api/summary")["spans"] - spans)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
def test_a_socket_that_cannot_be_had_is_said_and_a_stale_one_is_replaced(tmp_path):
    path, other = tmp_path / "apm.socket", tmp_path / "file"
    other.write_text("mine")
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    command = [*COMMAND, "--memory", "--port", "0", "--otlp-port", "0", "--socket"]
    with running("--memory", "--socket", str(path)):
        for taken, reason in ((path, "somebody listens on"), (other, "is no socket"), (tmp_path / "a" / "b", "cannot")):
            done = subprocess.run([*command, str(taken)], capture_output=True, text=True, timeout=60)
            assert (done.returncode, reason in done.stderr) == (1, True), done.stderr
    assert other.read_text() == "mine"


def test_an_address_to_forward_to_that_is_none_is_said():
    command = [*COMMAND, "--memory", "--port", "0", "--otlp-port", "0", "--forward-otlp", "collector:4318"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "is no address such as" in done.stderr


def test_grpc_gives_way_on_its_usual_port_but_not_on_one_that_was_asked_for():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--memory", "--port", "0", "--otlp-port", "0", "--grpc-port", port],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert "choose another with --grpc-port" in done.stderr
    with running("--memory"), running("--memory") as second:
        assert second.ask("/api/about")["listens"]["grpc_port"] is None or "gRPC" in "".join(second.said)


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if sys.argv.pop(1) == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
from vedette.cli import main
sys.argv = ["vedette", "agent", "--data", *sys.argv[1:]]
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file size there")
def test_an_agent_starts_on_a_full_disk_and_shows_what_is_there(tmp_path, monkeypatch):
    """A limit of file size stands in for the disk: the same error comes from the same calls."""
    kinds = ("/v0.4/traces", "ddtrace.v0.4.msgpack", "application/msgpack")
    with running("--data", str(tmp_path), "--no-grpc") as agent:
        agent.send(agent.page + kinds[0], *kinds[1:])
        agent.end()
    monkeypatch.setattr("tests.agent.test_process.COMMAND", [sys.executable, "-c", FULL, "full", str(tmp_path)])
    with running("--no-grpc") as agent:
        with pytest.raises(urllib.error.HTTPError, match="503"):
            agent.send(agent.page + kinds[0], *kinds[1:])
        assert agent.ask("/api/summary")["traces"] == 4
        about = agent.ask("/api/about")
        assert about["dropped"]["storage"] > 0
        assert "is full: make room" in about["storage"]["trouble"]
        with urllib.request.urlopen(agent.page + "/about", timeout=10) as page:
            assert "is full: make room" in page.read().decode()
        agent.end()
        assert "Traceback" not in "".join(agent.said)


def test_a_port_of_grpc_that_was_taken_in_the_last_moment_costs_grpc_alone(monkeypatch):
    code = """
import socket, sys
from vedette.agent.serve import process
other = socket.create_server(("127.0.0.1", 0))
process.free_port = lambda *_: other.getsockname()[1]
from vedette.cli import main
sys.argv = ["vedette", "agent", *sys.argv[1:]]
sys.exit(main())
"""
    monkeypatch.setattr("tests.agent.test_process.COMMAND", [sys.executable, "-c", code])
    with running("--memory") as agent:
        assert agent.ask("/api/summary")["spans"] == 0
        assert "nothing is received over gRPC" in "".join(agent.said)
