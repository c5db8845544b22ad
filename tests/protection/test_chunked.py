"""Bodies in chunks that no server decoded: their content is inspected, before the application has all of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.instrument.families.chunked import Chunks

bottle = pytest.importorskip("bottle")
ATTACK = b"name=%3Cscript%3Ealert(1)%3C/script%3E"


def in_chunks(content: bytes, size: int) -> bytes:
    """As it goes over the wire."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@given(st.binary(max_size=60), st.integers(1, 20), st.integers(1, 9))
@settings(max_examples=200)
def test_the_content_whatever_the_pieces(content: bytes, size: int, step: int) -> None:
    wire, chunks = in_chunks(content, size), Chunks()
    got = b"".join(chunks.feed(wire[at : at + step]) for at in range(0, len(wire), step))
    assert (got, chunks.done, chunks.broken) == (content, True, False)


@given(st.binary(max_size=60), st.integers(1, 9))
@settings(max_examples=200)
def test_nothing_is_too_odd(wire: bytes, step: int) -> None:
    chunks = Chunks()
    got = b"".join(chunks.feed(wire[at : at + step]) for at in range(0, len(wire), step))
    assert len(got) <= len(wire)


@pytest.mark.parametrize("content", [b'{"a": 1}', b"zz\r\nabc", b"x" * 2_000])
def test_what_is_not_in_chunks_stays(content: bytes) -> None:
    chunks = Chunks()
    assert chunks.feed(content) == content
    assert chunks.broken


@pytest.fixture
def address() -> Iterator[Any]:
    """A Bottle application behind wsgiref, which leaves chunks to the application."""
    reached: list[bytes] = []
    app = bottle.Bottle()

    @app.post("/")
    def route() -> str:
        reached.append(bottle.request.body.read())
        return "fine"

    class Silent(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address, reached
        server.shutdown()
        thread.join()


def sent(address: Any, body: bytes, kind: str) -> int:
    with socket.create_connection(address, timeout=10) as connection:
        head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + body)
        return int(connection.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("size", [3, 1_000])
def test_attacks_in_chunks_do_not_reach_the_handler(blocking: None, address: Any, size: int) -> None:
    where, reached = address
    assert sent(where, in_chunks(ATTACK, size), "application/x-www-form-urlencoded") == 403
    assert sent(where, in_chunks(b'{"q": "<script>alert(1)</script>"}', size), "application/json") == 403
    assert reached == []


def test_ordinary_chunks_do(blocking: None, address: Any) -> None:
    where, reached = address
    assert sent(where, in_chunks(b"name=bob", 3), "application/x-www-form-urlencoded") == 200
    assert reached == [b"name=bob"]


def test_what_follows_behind_the_last_chunk_is_inspected_as_it_is(blocking: None) -> None:
    from vedette.instrument.families.body import Collected

    told: list[bytes] = []

    class Operation:
        """A request whose server decodes chunks without saying so."""

        body_limit = 1_000

        def __init__(self) -> None:
            self.headers: dict[str, str] = {"transfer-encoding": "chunked"}

        def learned(self, _: str) -> None:
            told.append(bytes(collected.data))

    operation: Any = Operation()
    collected = Collected(operation, chunked=True)
    for piece in (b"3\r\nabc\r\n0\r\n\r\n", ATTACK):
        collected.add(piece)
    collected.complete()
    assert told == [b"abc", b"3\r\nabc\r\n0\r\n\r\n" + ATTACK]
