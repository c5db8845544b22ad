"""From the bytes of a payload to rows in the writer's queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request

from vedette.agent.counters import Counters
from vedette.agent.options import Limits
from vedette.agent.receive.bodies import Reader, Refused
from vedette.agent.store import Writer

Decode = Callable[[str, bytes], Sequence[tuple[Any, ...]]]
"""`vedette._native.decode_rows`: rows of a payload; ValueError with the reason if it can't be read."""


class Intake:
    """What both receivers share: read, decompress, decode, hand over, count."""

    def __init__(self, decode: Decode, writer: Writer, counters: Counters, limits: Limits) -> None:
        self.counters = counters
        self._decode = decode
        self._writer = writer
        self._reader = Reader(limits)
        # Decoding is native and runs without the GIL; more than two at once would only fill memory.
        self._slots = anyio.CapacityLimiter(2)

    async def spans(self, request: Request, form: str) -> int:
        """Takes the spans of a payload of that form; how many there were.

        Raises:
            Refused: nothing of it was taken; counted.
        """
        try:
            return await self._spans(request, form)
        except Refused as refused:
            self._count(refused)
            raise

    async def ignore(self, request: Request, kind: str) -> None:
        """Reads a payload that is understood but not used, and counts it.

        Raises:
            Refused: too large or too slow; counted.
        """
        try:
            await self._reader.raw(request)
        except Refused as refused:
            self._count(refused)
            raise
        self.counters.add(f"ignored.{kind}")

    def _count(self, refused: Refused) -> None:
        if refused.counter:
            self.counters.add(f"dropped.{refused.counter}")

    async def _spans(self, request: Request, form: str) -> int:
        body = await self._reader.raw(request)
        encoding = request.headers.get("content-encoding", "")
        with self._reader.reserve(len(body)):
            count = await anyio.to_thread.run_sync(self._take, form, body, encoding, limiter=self._slots)
        self.counters.add(f"payloads.{form}")
        self.counters.add("spans.received", count)
        return count

    def _take(self, form: str, body: bytes, encoding: str) -> int:
        plain = self._reader.decompressed(body, encoding)
        try:
            rows = self._decode(form, plain)
        except ValueError as error:
            raise Refused(400, "bad_payload", f"not a {form} payload: {error}") from None
        if rows and not self._writer.offer(rows, len(plain)):
            raise Refused(429, "", "the agent can't store spans as fast as they come, try again")
        return len(rows)
