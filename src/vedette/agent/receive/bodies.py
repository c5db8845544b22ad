"""Reading payloads within bounds: size, size after decompression, time, and the sum of all that are under way."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from starlette.requests import ClientDisconnect, Request

from vedette.agent.options import Limits

try:
    import zstandard
except ImportError:  # optional: only few senders compress with it
    zstandard = None  # type: ignore[assignment, unused-ignore]

GZIP = 31
"""zlib's window bits for the gzip format."""
ZLIB = 15
MEMBERS = 100
"""Most members of one gzip body: each costs a copy of all that follows it."""
SMALL = 256 << 10
"""Bytes of a payload that finds room where larger ones do not."""


class Refused(Exception):
    """A payload that is not taken.

    Args:
        status: HTTP status to answer.
        counter: name under `dropped.` to count it by; empty if its spans have been counted.
        reason: for the sender.
    """

    def __init__(self, status: int, counter: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.counter = counter
        self.reason = reason


class Held:
    """What one payload takes of the budget of all."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._size = 0

    def grow(self, size: int) -> None:
        """Takes so many bytes more.

        Raises:
            Refused: all of the budget is in use; the sender should come back later.
        """
        self._reader.charge(self._size, size)
        self._size += size

    def release(self) -> None:
        """Gives them back."""
        self._reader.charge(0, -self._size)
        self._size = 0


class Reader:
    """Reads bodies of requests; one for all receivers, so that their sum is bounded."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._in_flight = 0

    def charge(self, held: int, size: int) -> None:
        """Takes `size` bytes of the budget for a payload that holds `held` already; negative ones go back.

        Raises:
            Refused: all of it is in use; the sender should come back later.
        """
        # Small payloads have a part of their own: large ones of one sender must not keep out everybody else.
        most = self._limits.in_flight + (self._limits.in_flight // 8 if held + size <= SMALL else 0)
        if size > 0 and self._in_flight and self._in_flight + size > most:
            raise Refused(503, "busy", "too many payloads at once, try again")
        self._in_flight += size

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """A part of the budget that is given back in the end."""
        held = Held(self)
        try:
            yield held
        finally:
            held.release()

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body as sent; its part of the budget is held until the end of the block.

        Raises:
            Refused: too large, too slow, cut off, or no room for it now.
        """
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._limits.body:
            raise self._too_large()
        with self.hold() as held:
            yield await self._in_time(request, held)

    async def _in_time(self, request: Request, held: Held) -> bytes:
        try:
            return await asyncio.wait_for(self._collect(request, held), self._limits.body_seconds)
        except asyncio.TimeoutError:
            raise Refused(408, "slow", "the payload took too long to arrive") from None
        except ClientDisconnect:
            raise Refused(400, "cut_off", "the connection ended before the payload did") from None

    async def _collect(self, request: Request, held: Held) -> bytes:
        body = bytearray()
        async for part in request.stream():
            held.grow(len(part))
            body += part
            if len(body) > self._limits.body:
                raise self._too_large()
        return bytes(body)

    def decompressed(self, body: bytes, encoding: str) -> bytes:
        """The body without its `Content-Encoding`.

        Raises:
            Refused: unknown encoding, broken, or too large when decompressed.
        """
        decoders = {"": _as_is, "identity": _as_is, "gzip": _gzip, "deflate": _deflate, "zstd": _zstd}
        decode = decoders.get(encoding.strip().lower())
        if decode is None:
            raise Refused(415, "bad_payload", f"content encoding {encoding[:40]!r} is not known: use gzip or zstd")
        try:
            plain = decode(body, self._limits.body + 1)
        except (zlib.error, EOFError, *_zstd_errors()) as error:
            raise Refused(400, "bad_payload", f"broken {encoding} data: {error}") from None
        if len(plain) > self._limits.body:
            raise self._too_large()
        return plain

    def _too_large(self) -> Refused:
        return Refused(413, "too_large", f"the payload is larger than {self._limits.body} bytes")


def _as_is(body: bytes, most: int) -> bytes:
    return body


def _gzip(body: bytes, most: int) -> bytes:
    return _inflate(body, most, GZIP)


def _deflate(body: bytes, most: int) -> bytes:
    return _inflate(body, most, ZLIB)


def _inflate(body: bytes, most: int, window: int) -> bytes:
    """At most `most` bytes of what may be several members, as RFC 1952 allows."""
    plain = b""
    members = 0
    while body and len(plain) < most:
        members += 1
        if members > MEMBERS:
            raise EOFError(f"it has more than {MEMBERS} members")
        member = zlib.decompressobj(wbits=window)
        plain += member.decompress(body, most - len(plain))
        if not member.eof and len(plain) < most:
            raise EOFError("it ends too early")
        body = member.unused_data
    return plain


def _zstd_errors() -> tuple[Any, ...]:
    return () if zstandard is None else (zstandard.ZstdError,)


def _zstd(body: bytes, most: int) -> bytes:
    if zstandard is None:
        raise Refused(415, "bad_payload", "zstd needs the package zstandard: pip install 'vedette[agent]'")
    # A frame may ask for a window of gigabytes; 8 MiB is what every decoder has to support (RFC 8878).
    reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(body, read_across_frames=True)
    return bytes(reader.read(most))
