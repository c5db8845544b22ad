"""From the bytes of a payload to rows in the database: decompress, decode, hand over, wait until they are kept."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request

from vedette import _native
from vedette.agent.counters import Counters
from vedette.agent.exchange.lines import row_of
from vedette.agent.forward.forwarder import LOOP, Forwarder
from vedette.agent.forward.letters import VIA
from vedette.agent.options import Limits
from vedette.agent.receive.bodies import Reader, Refused
from vedette.agent.receive.senders import Senders
from vedette.agent.store import LOGS, METRICS, SPANS, Outcome, Table, Writer

Rows = Sequence[tuple[Any, ...]]
Headers = list[tuple[str, str]]
TOLD_BY_HEADERS = (
    "datadog-meta-lang",
    "datadog-meta-lang-version",
    "datadog-meta-lang-interpreter",
    "datadog-meta-tracer-version",
    "datadog-container-id",
    VIA,
)
"""Headers that say of the sender what a Datadog payload does not, and by which agents it came."""


QUICK = 64 << 10
"""Bytes of a payload, as it came, that is decoded in a moment."""


@dataclass(frozen=True)
class Signal:
    """A kind of thing that is received."""

    name: str
    """For counters: `spans.received`."""
    table: Table
    decode: Callable[[str, bytes, Headers], Rows]
    """Rows of a payload of a form; ValueError with the reason if it can't be read. Native, without the GIL."""
    service: int
    """Column of the service."""


TRACES = Signal("spans", SPANS, _native.decode_rows, SPANS.columns.index("service"))
LOG_RECORDS = Signal("logs", LOGS, lambda form, body, _: _native.decode_logs(form, body), LOGS.columns.index("service"))
POINTS = Signal(
    "metrics", METRICS, lambda form, body, _: _native.decode_metrics(form, body), METRICS.columns.index("service")
)


def _lines(_: str, body: bytes, __: Headers) -> Rows:
    """Spans that this agent, or another, exported: one JSON object a line."""
    return [row_of(json.loads(line)) for line in body.splitlines() if line.strip()]


SPAN_LINES = Signal("spans", SPANS, _lines, SPANS.columns.index("service"))


@dataclass(frozen=True)
class Payload:
    """What a sender sent, still as it came."""

    signal: Signal
    form: str
    """`v0.4`, `otlp-protobuf`, ..."""
    body: bytes
    encoding: str = ""
    """`Content-Encoding`."""
    headers: Headers = ()  # type: ignore[assignment]  # an empty one that nobody can change


class Intake:
    """What all receivers share."""

    def __init__(
        self,
        writer: Writer,
        counters: Counters,
        limits: Limits,
        senders: Senders | None = None,
        forwarder: Forwarder | None = None,
    ) -> None:
        self.counters = counters
        self.senders = senders or Senders()
        self._writer = writer
        self._limits = limits
        self._reader = Reader(limits)
        self._forwarder = forwarder
        # Decoding is native and runs without the GIL; more than two at once would only fill memory. Small payloads do
        # not queue behind large ones: of these, a flood may have dozens waiting, each for a tenth of a second.
        self._slots = anyio.CapacityLimiter(2)
        self._quick = anyio.CapacityLimiter(1)

    async def request(self, request: Request, signal: Signal, form: str) -> int:
        """Takes the payload of a request; how many rows it had.

        Raises:
            Refused: nothing of it was taken; counted.
        """
        try:
            async with self._reader.body(request) as body:
                encoding = request.headers.get("content-encoding", "")
                return await self._take(Payload(signal, form, body, encoding, told_by(request.headers)))
        except Refused as refused:
            self._count(refused)
            raise

    async def payload(self, payload: Payload) -> int:
        """Takes a payload that has been read already; how many rows it had.

        Raises:
            Refused: nothing of it was taken; counted.
        """
        try:
            with self._reader.hold() as held:
                held.grow(len(payload.body))
                return await self._take(payload)
        except Refused as refused:
            self._count(refused)
            raise

    async def plain(self, request: Request, kind: str) -> bytes:
        """The body of a request that holds no rows, decompressed, and counted as `ignored.<kind>`.

        Raises:
            Refused: too large, too slow, or broken; counted.
        """
        try:
            async with self._reader.body(request) as body:
                encoding = request.headers.get("content-encoding", "")
                decompressed = self._reader.decompressed
                plain = await anyio.to_thread.run_sync(decompressed, body, encoding, limiter=self._slots)
        except Refused as refused:
            self._count(refused)
            raise
        self.counters.add(f"ignored.{kind}")
        return plain

    def _count(self, refused: Refused) -> None:
        if refused.counter:
            self.counters.add(f"dropped.{refused.counter}")

    async def _take(self, payload: Payload) -> int:
        if self._forwarder is not None and self._forwarder.goes_round(list(payload.headers)):
            raise Refused(LOOP, "forward_loop", "this agent has sent that payload itself: it forwards to itself")
        slots = self._quick if len(payload.body) <= QUICK else self._slots
        plain, rows = await anyio.to_thread.run_sync(self._decoded, payload, limiter=slots)
        signal = payload.signal
        sources = Counter(row[signal.service] for row in rows)
        outcome = await self._stored(payload, rows, len(plain), max(sources, key=sources.__getitem__, default=""))
        wanted = outcome is not Outcome.REFUSED and payload.signal is not SPAN_LINES
        forwarded = wanted and await self._forward(payload, plain)
        self.senders.note(signal.name, rows, outcome is not Outcome.REFUSED)
        if outcome is Outcome.REFUSED:
            raise Refused(429, "", "the agent can't store as fast as this comes, try again")
        if outcome is Outcome.FAILED and not forwarded:
            raise Refused(503, "", "the agent's database fails (its own output says why), try again")
        self.counters.add(f"payloads.{payload.form}")
        self.counters.add(f"{signal.name}.received", len(rows))
        return len(rows)

    def _decoded(self, payload: Payload) -> tuple[bytes, Rows]:
        plain = self._reader.decompressed(payload.body, payload.encoding)
        try:
            return plain, payload.signal.decode(payload.form, plain, list(payload.headers))
        except (ValueError, RecursionError) as error:
            raise Refused(400, "bad_payload", f"not a {payload.form} payload: {error}") from None

    async def _stored(self, payload: Payload, rows: Rows, size: int, source: str) -> Outcome:
        """Hands rows over, and waits until they survive the end of this process."""
        if not rows:
            return Outcome.STORED
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Outcome] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            loop.call_soon_threadsafe(_tell, done, outcome)

        if not self._writer.offer(rows, size, payload.signal.table, source, settle):
            return Outcome.REFUSED
        try:
            return await asyncio.wait_for(done, self._limits.store_seconds)
        except asyncio.TimeoutError:
            raise Refused(503, "unconfirmed", "the agent's database is slow; this may be stored or not") from None

    async def _forward(self, payload: Payload, plain: bytes) -> bool:
        if self._forwarder is None:
            return False
        item = (payload.signal.name, payload.form, plain, list(payload.headers))
        return await anyio.to_thread.run_sync(self._forwarder.offer, *item, limiter=self._slots)


def _tell(done: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not done.done():
        done.set_result(outcome)


def told_by(headers: Mapping[str, str]) -> Headers:
    """What request headers say of the sender."""
    return [(name, headers[name]) for name in TOLD_BY_HEADERS if name in headers]
