"""Spans as eight services of a shop send them (Datadog v0.4, ten a trace), over HTTP at a chosen rate."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from dataclasses import dataclass

import msgpack

SPANS_A_TRACE = 10
TRACES_A_PAYLOAD = 50
SPANS_A_PAYLOAD = SPANS_A_TRACE * TRACES_A_PAYLOAD
SENDERS = 16
LATE = 2.0
"""Seconds by which a sender may be behind; what is later it gives up, as a tracer whose queue is full does."""
MARK = 0x7A7A7A7A
"""Upper half of the trace ids in prepared payloads; each sending puts another number there: traces stay apart."""
NUMBERS = itertools.count(1)


@dataclass
class Sent:
    """What came of sending, in spans."""

    seconds: float
    sent: int = 0
    refused: int = 0
    given_up: int = 0
    """Could not be sent in time."""

    @property
    def lost(self) -> int:
        """What the agent does not have."""
        return self.refused + self.given_up


def payload(number: int) -> bytes:
    """Fifty traces of ten spans: a request, its queries, calls and work."""
    now, first = time.time_ns(), number * TRACES_A_PAYLOAD
    traces = range(first, first + TRACES_A_PAYLOAD)
    return msgpack.packb([[span(trace, at, now) for at in range(SPANS_A_TRACE)] for trace in traces])


def span(trace: int, at: int, now: int) -> dict[str, object]:
    """A span with about the attributes of real ones."""
    kind = ("server", "client", "client", "internal")[min(at, 3) if at < 3 else at % 3 + 1]
    name, type_ = {"server": ("flask.request", "web"), "internal": ("work", "")}.get(
        kind, (("postgres.query", "sql"), ("requests.request", "http"))[at % 2]
    )
    meta = {
        "span.kind": kind,
        "http.route": f"/users/{trace % 100}",
        "http.method": "GET",
        "http.status_code": "200",
        "http.url": f"http://shop.example/users/{trace % 100}?page=2",
        "component": "flask",
        "out.host": f"host-{trace % 5}",
        "runtime-id": f"instance-{trace % 8}",
        "language": "python",
    }
    failed = trace % 50 == 0
    if failed:
        failure = {"error.type": "ValueError", "error.message": f"no money for {trace}"}
        meta.update({**failure, "error.stack": "at shop.py\n" * 20})
    return {
        "trace_id": MARK << 32 | trace,
        "span_id": trace * 100 + at + 1,
        "parent_id": trace * 100 + (at + 1) // 2 if at else 0,
        "service": f"shop-{trace % 8}" if kind != "client" else f"peer-{trace % 5}",
        "name": name,
        "resource": f"SELECT * FROM t{trace % 40} WHERE id = ?" if type_ == "sql" else f"GET /users/{trace % 100}",
        "type": type_,
        "start": now + at * 1000,
        "duration": 1_000_000 + trace % 1000 * 10_000,
        "error": int(failed),
        "meta": meta,
        "metrics": {"_sampling_priority_v1": 1, "items": at},
    }


def send(host: str, rate: int, seconds: float) -> Sent:
    """Sends to an agent at that many spans a second (0: as fast as it goes), from sixteen connections."""
    bodies = [payload(number) for number in range(50)]
    began = time.monotonic()
    total, lock = Sent(seconds), threading.Lock()

    def sender(index: int) -> None:
        mine = _send(host, bodies, index, rate / SENDERS / SPANS_A_PAYLOAD, began + seconds)
        with lock:
            total.sent += mine.sent
            total.refused += mine.refused
            total.given_up += mine.given_up

    threads = [threading.Thread(target=sender, args=(index,)) for index in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total.seconds = time.monotonic() - began
    return total


def _send(host: str, bodies: list[bytes], index: int, a_second: float, end: float) -> Sent:
    """One connection's part; payloads are due in even steps, each sender's a little after another's."""
    connection = http.client.HTTPConnection(host, timeout=60)
    mark, done = MARK.to_bytes(4, "big"), Sent(0)
    pause = 1 / a_second if a_second else 0.0
    due = time.monotonic() + pause * index / SENDERS
    while due < end and time.monotonic() < end + LATE:
        time.sleep(max(due - time.monotonic(), 0))
        if pause and time.monotonic() - due > LATE:
            done.given_up += SPANS_A_PAYLOAD
        else:
            number = next(NUMBERS)
            body = bodies[number % len(bodies)].replace(mark, number.to_bytes(4, "big"))
            connection.request("PUT", "/v0.4/traces", body)
            answer = connection.getresponse()
            answer.read()
            done.sent += SPANS_A_PAYLOAD
            done.refused += SPANS_A_PAYLOAD if answer.status != 200 else 0
        due = due + pause if pause else time.monotonic()
    connection.close()
    return done
