"""Blocking behind real servers: the connection stays usable, and no server is harmed."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import wsgiref.simple_server
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integrations.served import hypercorned, uvicorned
from tests.protection.shop import ran
from tests.protection.shops import flask, starlette
from tests.protection.test_blocking import INJECTED, QUOTED

ATTACK = json.dumps({"a": "<script>alert(1)</script>"}).encode()


class Threads(wsgiref.simple_server.WSGIServer):
    """A thread per connection."""

    def process_request(self, request: Any, address: Any) -> None:
        threading.Thread(target=self.process, args=(request, address), daemon=True).start()

    def process(self, request: Any, address: Any) -> None:
        self.finish_request(request, address)
        self.shutdown_request(request)


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _wsgi() -> Iterator[int]:
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, flask.shop(), Threads, Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module", params=["wsgiref", "uvicorn", "hypercorn"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    if request.param == "wsgiref":
        yield from _wsgi()
        return
    with (uvicorned if request.param == "uvicorn" else hypercorned)(starlette.shop()) as port:
        yield port


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


def asked(
    connection: http.client.HTTPConnection, path: str, method: str = "GET", body: Any = None, **headers: str
) -> Any:
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, response.read(), response.headers


def test_one_connection_for_blocked_and_ordinary_requests(port: int, blocking: None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(3):
        status, body, headers = asked(connection, f"/page?q={QUOTED}")
        assert (status, int(headers["content-length"])) == (403, len(body))
        status, body, headers = asked(connection, f"/page?q={QUOTED}", "HEAD")
        assert (status, body) == (403, b"")
        assert asked(connection, "/page")[:2] == (200, b"page")
        status, body, _ = asked(connection, "/body/json", "POST", ATTACK, **{"Content-Type": "application/json"})
        assert (status, b"security_response_id" in body) == (403, True)
        assert asked(connection, "/search?name=bob")[0] == 200
        assert asked(connection, f"/swallow?name={INJECTED}")[0] == 403
    connection.close()


def test_a_refused_upload_that_nobody_reads(port: int, blocking: None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        status = asked(connection, f"/body/raw?q={QUOTED}", "POST", b"x" * 200_000)[0]
        assert status == 403
    except ConnectionError:
        pass  # the server may hang up while the client is still sending
    assert ran == []
    again = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    assert asked(again, "/page")[0] == 200


def test_bodies_in_chunks(port: int, blocking: None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json"}
    status, body, _ = asked(connection, "/body/json", "POST", iter([ATTACK[:9], ATTACK[9:]]), **headers)
    if status == 200:  # wsgiref knows no chunks
        assert json.loads(body) == {"got": None}
    else:
        assert status == 403


def test_clients_that_leave_in_the_middle_of_a_body(port: int, blocking: None) -> None:
    head = b"POST /body/json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(head + ATTACK[:20])
    assert asked(http.client.HTTPConnection("127.0.0.1", port, timeout=20), "/page")[0] == 200


def test_a_stream_that_is_broken_off(port: int, blocking: None) -> None:
    attack = "o%27%3B%20drop%20table%20users--"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        status, body, _ = asked(connection, f"/streamed?begin=1&name={attack}")
    except (http.client.HTTPException, ConnectionError):
        pass
    else:
        assert (status, b"ended" in body) in ((200, False), (403, False))
    assert asked(http.client.HTTPConnection("127.0.0.1", port, timeout=20), "/page")[0] == 200
