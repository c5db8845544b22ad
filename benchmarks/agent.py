"""What the embedded agent takes and how quickly it answers: ``python benchmarks/agent.py``.

Starts an agent on a folder of its own, sends spans over HTTP at a fixed rate (ten a trace, Datadog v0.4, as real
services do), and tells what was lost, what memory and processor time that took; then sends as fast as it can until the
agent refuses; then fills the database and asks each of the API's questions. Figures are of this machine and its load.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgpack

ROOT = Path(__file__).resolve().parents[1]
SPANS_A_TRACE = 10
TRACES_A_PAYLOAD = 100
SENDERS = 8
MARK = 0x7A7A7A7A
"""Upper half of the trace ids in prepared payloads; each sending puts another number there: traces stay apart."""
NUMBERS = [0]
"""From where sendings are counted: each stretch of sending has numbers of its own."""
QUESTIONS = (
    "/api/traces?limit=50",
    "/api/traces?q=error&limit=50",
    "/api/traces?q=http.route:/users/17",
    "/api/traces?sort=duration&t=24h",
    "/api/services?t=24h",
    "/api/work/endpoints?t=24h",
    "/api/work/queries?t=24h",
    "/api/work/outgoing?t=24h",
    "/api/work/jobs?t=24h",
    "/api/errors?t=24h",
    "/api/about",
    "/?t=24h",
    "/services?t=24h",
)


def main() -> int:
    """Measure and print; returns the exit code."""
    options = parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder, agent(Path(folder)) as running:
        steady = send(running, options.rate, options.seconds)
        print(told("at a steady rate", steady))
        print(told("as fast as it goes", send(running, 0, options.burst)))
        fill(running, options.spans)
        slow = [ask(running, question) for question in QUESTIONS]
        print(f"memory in the end {running.memory()[0]:.0f} MB, at most {running.memory()[1]:.0f} MB")
    return 1 if options.check and (steady["lost"] or max(slow) > options.slowest) else 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("--rate", type=int, default=10_000, help="spans a second (default %(default)s)")
    made.add_argument("--seconds", type=float, default=60, help="how long (default %(default)s)")
    made.add_argument("--burst", type=float, default=10, help="seconds as fast as it goes (default %(default)s)")
    made.add_argument("--spans", type=int, default=1_000_000, help="stored when questions begin (default %(default)s)")
    made.add_argument("--slowest", type=float, default=0.2, help="seconds an answer may take with --check")
    made.add_argument("--check", action="store_true", help="exit with 1 if spans were lost or an answer was slow")
    return made


class Running:
    """An agent process."""

    def __init__(self, process: subprocess.Popen[str], page: str) -> None:
        self._process = process
        self.host = urlsplit(page).netloc

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of an answer, on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET" if body is None else "PUT", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def memory(self) -> tuple[float, float]:
        """Resident megabytes now, and at most (Linux)."""
        text = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = {name: int(size) for name, size in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", text)}
        return found["VmRSS"] / 1024, found["VmHWM"] / 1024

    def seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def agent(folder: Path) -> Iterator[Running]:
    """A running agent."""
    command = [sys.executable, "-m", "vedette", "agent", "--port", "0", "--otlp-port", "0", "--data", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            assert process.stderr is not None
            while "traces  " not in said:
                said += process.stderr.readline()
            yield Running(process, re.findall(r"page +(http://\S+)/", said)[0])
        finally:
            process.terminate()


def payload(number: int) -> bytes:
    """A hundred traces of ten spans: a request, its queries, calls and work."""
    now, first = time.time_ns(), number * TRACES_A_PAYLOAD
    traces = range(first, first + TRACES_A_PAYLOAD)
    return msgpack.packb([[span(trace, at, now) for at in range(SPANS_A_TRACE)] for trace in traces])


def span(trace: int, at: int, now: int) -> dict[str, object]:
    """A span with about the attributes of real ones."""
    kind = ("server", "client", "client", "internal")[min(at, 3) if at < 3 else at % 3 + 1]
    name, type_ = {"server": ("flask.request", "web"), "internal": ("work", "")}.get(
        kind, (("postgres.query", "sql"), ("requests.request", "http"))[at % 2]
    )
    resource = f"SELECT * FROM t{trace % 40} WHERE id = ?" if type_ == "sql" else f"GET /users/{trace % 100}"
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
        meta.update(
            {"error.type": "ValueError", "error.message": f"no money for {trace}", "error.stack": "at shop.py\n" * 20}
        )
    return {
        "trace_id": MARK << 32 | trace,
        "span_id": trace * 100 + at + 1,
        "parent_id": trace * 100 + (at + 1) // 2 if at else 0,
        "service": f"shop-{trace % 8}" if kind != "client" else f"peer-{trace % 5}",
        "name": name,
        "resource": resource,
        "type": type_,
        "start": now + at * 1000,
        "duration": 1_000_000 + trace % 1000 * 10_000,
        "error": int(failed),
        "meta": meta,
        "metrics": {"_sampling_priority_v1": 1, "items": at},
    }


def send(running: Running, rate: int, seconds: float) -> dict[str, float]:
    """Sends at that rate (0: as fast as it goes) from eight connections; what came of it."""
    sent, refused = [0] * SENDERS, [0] * SENDERS
    before, cpu, began = summary(running), running.seconds(), time.monotonic()
    bodies, mark = [payload(number) for number in range(50)], MARK.to_bytes(4, "big")
    NUMBERS[0] += 1_000_000

    def sender(index: int) -> None:
        connection = http.client.HTTPConnection(running.host, timeout=60)
        pause = SENDERS * TRACES_A_PAYLOAD * SPANS_A_TRACE / rate if rate else 0.0
        due = time.monotonic()
        number = index
        while time.monotonic() - began < seconds:
            body = bodies[number % len(bodies)].replace(mark, (NUMBERS[0] + number).to_bytes(4, "big"))
            connection.request("PUT", "/v0.4/traces", body)
            answer = connection.getresponse()
            answer.read()
            sent[index] += TRACES_A_PAYLOAD * SPANS_A_TRACE
            refused[index] += answer.status != 200
            number += SENDERS
            due += pause
            time.sleep(max(due - time.monotonic(), 0))

    threads = [threading.Thread(target=sender, args=(index,)) for index in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    after = summary(running)
    now, most = running.memory()
    return {
        "rate": sum(sent) / took,
        "seconds": took,
        "refused": float(sum(refused)),
        "lost": sum(sent) - float(after["stored"] - before["stored"]) - SPANS_A_TRACE * TRACES_A_PAYLOAD * sum(refused),
        "cores": (running.seconds() - cpu) / took,
        "memory": now,
        "memory_most": most,
    }


def summary(running: Running) -> dict[str, int]:
    """Counts, once all is stored."""
    return dict(json.loads(running.ask("/api/summary")[1]))


def told(title: str, found: dict[str, float]) -> str:
    """A line of the table."""
    return (
        f"{title:20} {found['rate']:8,.0f} spans/s for {found['seconds']:.0f} s: {found['lost']:.0f} lost, "
        f"{found['refused']:.0f} payloads refused, {found['cores']:.2f} cores, {found['memory']:.0f} MB "
        f"(at most {found['memory_most']:.0f})"
    )


def fill(running: Running, spans: int) -> None:
    """Sends until so many are stored."""
    while summary(running)["spans"] < spans:
        send(running, 0, 5)
    print(f"{summary(running)['spans']:,} spans stored")


def ask(running: Running, question: str) -> float:
    """The seconds that an answer takes: the best of three."""
    times = []
    for _ in range(3):
        began = time.monotonic()
        status, body = running.ask(question)
        times.append(time.monotonic() - began)
        assert status == 200, (question, status, body[:200])
    print(f"{question:40} {min(times) * 1000:6.0f} ms  {len(body):9,} bytes")
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
