"""The file object of a body that is looked at: what readers get, and when the body counts as read."""

from __future__ import annotations

import io
from typing import Any

import pytest

from vedette.instrument.families import body
from vedette.operations import IncomingRequest

CONTENT = b"first\nsecond\nthird"


class Bare:
    """What PEP 3333 asks for, and nothing more (gunicorn's)."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int | None = None) -> bytes:
        return self._file.read(size)

    def readline(self, size: int | None = None) -> bytes:
        return self._file.readline(size)

    def readlines(self, hint: int | None = None) -> list[bytes]:
        return self._file.readlines(hint or -1)

    def __iter__(self) -> Any:
        return iter(self._file)


class Request(IncomingRequest):
    """Remembers what was learned."""

    __slots__ = ("told",)

    def __init__(self, length: int | None) -> None:
        headers: Any = {} if length is None else {"content-length": str(length)}
        super().__init__("web.request", "POST", "", "/", "", headers, {})
        self.told: list[bytes] = []

    def learned(self, what: str) -> None:
        assert what == "body"
        self.told.append(bytes(self.body.data))


class Call:
    """No error is expected."""

    def contain(self, error: Exception) -> None:
        raise error


def tapped(source: Any, length: int | None = None) -> tuple[Request, Any]:
    request = Request(length)
    call: Any = Call()
    return request, body.tap(call, request, source)


def filled(tap: Any) -> bytes:
    buffer = bytearray(7)
    got = b""
    while count := tap.readinto(buffer):
        got += buffer[:count]
    return got


def in_pieces(tap: Any) -> bytes:
    return b"".join(iter(lambda: tap.read(4), b""))


READERS = {
    "read": lambda tap: tap.read(),
    "read none": lambda tap: tap.read(None),
    "read minus one": lambda tap: tap.read(-1),
    "pieces": in_pieces,
    "lines": lambda tap: b"".join(iter(tap.readline, b"")),
    "readlines": lambda tap: b"".join(tap.readlines()),
    "iteration": lambda tap: b"".join(tap),
    "readinto": filled,
}


@pytest.mark.parametrize("length", [None, len(CONTENT)])
@pytest.mark.parametrize("how", list(READERS))
def test_readers_get_all_and_the_listeners_once(how: str, length: int | None) -> None:
    request, tap = tapped(io.BytesIO(CONTENT), length)
    assert READERS[how](tap) == CONTENT
    assert tap.read() == b""
    if how == "readlines" and length is None:
        tap.read()
    assert request.told == [CONTENT]


def test_the_last_piece_is_told_before_it_is_handed_over() -> None:
    request, tap = tapped(io.BytesIO(CONTENT), len(CONTENT))
    tap.read(10)
    assert request.told == []
    tap.read(8)
    assert request.told == [CONTENT]


def test_reading_nothing_is_not_the_end() -> None:
    request, tap = tapped(io.BytesIO(CONTENT))
    assert (tap.read(0), tap.readline(0), tap.readinto(bytearray())) == (b"", b"", 0)
    assert request.told == []
    assert tap.read() == CONTENT


def test_it_has_what_its_source_has() -> None:
    _, bare = tapped(Bare(CONTENT))
    assert not hasattr(bare, "readinto")
    assert not hasattr(bare, "seek")
    assert bare.readlines() == CONTENT.splitlines(keepends=True)
    _, full = tapped(io.BytesIO(CONTENT))
    assert io.BufferedReader(io.BytesIO(CONTENT)).read() == full.read()
    assert full.tell() == len(CONTENT)


@pytest.mark.parametrize("length", ["-1", "x", "\u00b2", "9" * 30, "1.5", ""])
def test_hostile_lengths(length: str) -> None:
    request = Request(None)
    request.headers = {"content-length": length}  # type: ignore[assignment]
    call: Any = Call()
    tap = body.tap(call, request, io.BytesIO(CONTENT))
    assert tap.read() == CONTENT
    assert request.told == [CONTENT]


def test_only_the_beginning_is_kept(monkeypatch: Any) -> None:
    monkeypatch.setattr(IncomingRequest, "body_limit", 4)
    request, tap = tapped(io.BytesIO(CONTENT), len(CONTENT))
    assert tap.read() == CONTENT
    assert (request.told, request.body.seen, request.body.whole) == ([b"firs"], len(CONTENT), False)
