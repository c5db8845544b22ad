"""What a client may send that is no request, or never becomes one: over real connections to a running agent."""

from __future__ import annotations

import socket
import sys
import urllib.request

import pytest

from tests.agent import test_process
from tests.agent.test_process import running

HOST = b"Host: 127.0.0.1\r\n"
CLOSE = b"Connection: close\r\n\r\n"
PUT = b"PUT /v0.4/traces HTTP/1.1\r\n" + HOST
CHUNKED = PUT + b"Transfer-Encoding: chunked\r\n\r\n"
STRICT = """
import sys
from vedette.agent.serve import connection
connection.HEAD_SECONDS, connection.AT_ONCE = float(sys.argv.pop(1)), int(sys.argv.pop(1))
from vedette.__main__ import main
sys.argv = ["vedette", *sys.argv[1:]]
sys.exit(main())
"""


def exchanged(port: int, sent: bytes, seconds: float = 10.0) -> bytes:
    """All that comes back until the agent closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
        got = b""
        try:
            client.sendall(sent)
            while part := client.recv(65536):
                got += part
        except ConnectionError:  # closed while more was on its way
            got += b"reset"
        return got


@pytest.fixture(scope="module")
def port():
    with running("--memory", "--no-grpc") as agent:
        yield int(agent.page.rsplit(":", 1)[1])
        with urllib.request.urlopen(agent.page, timeout=10) as page:
            assert page.status == 200
        assert agent.ask("/api/about")["dropped"]["bad_request"] > 5
        assert agent.ask("/api/summary")["spans"] == 0
        assert "WARNING" not in "".join(agent.said)  # nobody outside writes the log


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET /info HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /api/about HTTP/1.0\r\n\r\n", b"421"),
        (b"GET http://127.0.0.1/api/about HTTP/1.1\r\nHost: evil.example\r\n" + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n" + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\nHost: evil.example\r\n" + HOST + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1:80@evil.example\r\n" + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\nHost: 127.0.0.1/evil.example\r\n" + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\nHost: [::1]evil.example\r\n" + CLOSE, b"421"),
        (b"GET /api/about HTTP/1.1\r\nHost: [::1]:8126\r\n" + CLOSE, b"200"),
        (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", b"400"),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE, b"404"),
        (b"TRACE / HTTP/1.1\r\n" + HOST + b"Cookie: a=b\r\n" + CLOSE, b"403"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x00\x2e\x01\x00\x00\x2a\x03\x03" + b"\0" * 40, b"400"),
        (b"\0\xff" * 2_000, b"400"),
        (PUT + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\x90\r\n0\r\n\r\n", b"400"),
        (PUT + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n\x90\x90", b"400"),
        (PUT + b"Content-Length: -1\r\n\r\n\x90", b"400"),
        (PUT + b"Content-Length: 99999999999999999999\r\n\r\n\x90", b"400"),
        (CHUNKED + b"zz\r\n\x90\r\n0\r\n\r\n", b"400"),
        (CHUNKED + b"1\r\n\x90\x90\x90\r\n0\r\n\r\n", b"400"),
        (PUT + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\x90\r\n0\r\n\r\n", b"200"),
        (b"GET /info HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", b"400"),
        (b"GET /trace/%0d%0aSet-Cookie:a=b HTTP/1.1\r\n" + HOST + CLOSE, b"404"),
    ],
)
def test_odd_requests_are_answered_as_they_deserve(port, sent, answer):
    head = exchanged(port, sent).split(b"\r\n\r\n")[0]
    assert head.split()[1] == answer
    assert b"set-cookie" not in head.lower()


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 30_000])
def test_heads_without_end_are_ended(port, start):
    got = exchanged(port, start + b"a" * 2_000_000)
    assert got[9:12] in (b"431", b"400", b"") or got.startswith(b"reset")


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_nothing_is_upgraded(port, upgrade):
    sent = b"GET /info HTTP/1.1\r\n" + HOST + b"Upgrade: " + upgrade + b"\r\nConnection: Upgrade, close\r\n\r\n"
    assert b" 101 " not in exchanged(port, sent).split(b"\r\n")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a command of several lines")
def test_clients_that_never_finish_keep_nobody_out(monkeypatch):
    command = [sys.executable, "-c", STRICT, "60", "20", "agent"]
    monkeypatch.setattr(test_process, "COMMAND", command)
    with running("--memory", "--no-grpc") as agent:
        address = ("127.0.0.1", int(agent.page.rsplit(":", 1)[1]))
        slow = [socket.create_connection(address, timeout=10) for _ in range(60)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert agent.ask("/api/summary")["spans"] == 0
        assert agent.ask("/api/about")["dropped"]["crowded"] >= 40
        for client in slow:
            client.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a command of several lines")
def test_clients_that_take_their_time_are_let_go(monkeypatch):
    command = [sys.executable, "-c", STRICT, "0.3", "100", "agent"]
    monkeypatch.setattr(test_process, "COMMAND", command)
    with running("--memory", "--no-grpc") as agent:
        port = int(agent.page.rsplit(":", 1)[1])
        assert exchanged(port, b"GET /info HTTP/1.1\r\nX: ") == b""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET /info HTTP/1.1\r\n" + HOST + b"\r\n")
            got = b""
            while b"embedded" not in got:  # the end of its answer
                got += client.recv(65536)
            client.sendall(b"GET /in")  # which is never finished
            assert client.recv(65536) == b""
        assert agent.ask("/api/about")["dropped"]["slow"] == 2
