"""What the embedded agent takes: ``python benchmarks/agent.py``, or as a part of ``make bench``.

How long its first start takes until the page answers; then spans at a steady rate: what was lost, what memory and
processor time that took; then ever more of them, until some are lost. ``--long`` keeps the steady rate up for ten
minutes, ``--docs`` writes the figures into the documentation. Figures are of this machine and its load.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.load import send  # noqa: E402  # found through the line above

RESULTS = ROOT / "benchmarks" / "results" / "agent.json"
GENERATED = ROOT / "docs" / "generated" / "receiving.json"
SHORT, LONG = 30.0, 600.0
"""Seconds of the steady rate."""
STARTS = 3
STEP_SECONDS = 8.0
STEPS = (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Rates at which loss is looked for, in terms of the steady one."""
PROMISED_START, PROMISED_MEMORY = 2.0, 300.0
"""Seconds, and megabytes."""


def main() -> int:
    """Measure and print; returns the exit code."""
    options = parser().parse_args()
    start = sorted(first_start() for _ in range(STARTS))[STARTS // 2]
    print(f"first start until the page answers: {start:.2f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder, agent(Path(folder)) as running:
        steady = measured(running, options.rate, options.seconds or (LONG if options.long else SHORT))
        loss = loss_begins(running, options.rate)
    print(f"without loss up to {loss['without']:,} spans/s; loss begins {loss_text(loss)}")
    save({"start_seconds": round(start, 2), "steady": steady, "loss": loss}, options.docs)
    kept = not steady["lost"] and steady["memory_most"] <= PROMISED_MEMORY and start <= PROMISED_START
    return 1 if options.check and not kept else 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("--rate", type=int, default=10_000, help="spans a second (default %(default)s)")
    made.add_argument("--seconds", type=float, help=f"how long (default {SHORT:.0f})")
    made.add_argument("--long", action="store_true", help="for ten minutes")
    made.add_argument("--docs", action="store_true", help=f"write the figures to {GENERATED.relative_to(ROOT)} too")
    made.add_argument("--check", action="store_true", help="exit with 1 if spans were lost or a promise was missed")
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
def agent(folder: Path, *more: str) -> Iterator[Running]:
    """A running agent, with more options than its folder if there are any."""
    ports = ("--port", "0", "--otlp-port", "0")
    command = [sys.executable, "-m", "vedette", "agent", *ports, "--data", str(folder), *more]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            assert process.stderr is not None
            while "traces  " not in said:
                said += process.stderr.readline()
            yield Running(process, re.findall(r"page +(http://\S+)/", said)[0])
        finally:
            process.terminate()


def first_start() -> float:
    """Seconds from the command, on a folder that was never used, until the page has been answered."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder, agent(Path(folder)) as running:
        status, _ = running.ask("/")
        assert status == 200
        return time.monotonic() - began


def measured(running: Running, rate: int, seconds: float) -> dict[str, Any]:
    """One stretch of sending, told and printed; `lost` counts what was not found afterwards, too."""
    before, cpu = stored(running), running.seconds()
    sent = send(running.host, rate, seconds)
    there = stored(running) - before
    now, most = running.memory()
    found = {
        "rate": rate,
        "seconds": round(sent.seconds, 1),
        "stored_a_second": round(there / sent.seconds),
        "lost": sent.sent + sent.given_up - there,
        "refused": sent.refused,
        "cores": round((running.seconds() - cpu) / sent.seconds, 2),
        "memory": round(now),
        "memory_most": round(most),
    }
    print(
        f"{rate:8,} spans/s for {seconds:.0f} s: {there:,} stored ({found['stored_a_second']:,}/s), "
        f"{found['lost']:,} lost, {found['cores']:.2f} cores, {now:.0f} MB (at most {most:.0f})",
        flush=True,
    )
    return found


def stored(running: Running) -> int:
    """Spans that the agent has stored since its start, once all are that were taken."""
    return int(json.loads(running.ask("/api/summary")[1])["stored"])


def loss_begins(running: Running, rate: int) -> dict[str, Any]:
    """The highest of the rates at which nothing was lost, and the lowest at which something was (None: at none)."""
    without = 0
    for step in STEPS:
        found = measured(running, int(rate * step), STEP_SECONDS)
        if found["lost"]:
            return {"without": without or rate, "at": found["rate"], "stored_a_second": found["stored_a_second"]}
        without = found["rate"]
    return {"without": without, "at": None, "stored_a_second": without}


def loss_text(loss: dict[str, Any]) -> str:
    """Where loss begins, in words."""
    if loss["at"] is None:
        return "beyond what was tried"
    return f"below {loss['at']:,}, of which {loss['stored_a_second']:,} a second were stored"


def save(found: dict[str, Any], docs: bool) -> None:
    """Writes the figures with what they were measured on."""
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    content = json.dumps({"date": time.strftime("%Y-%m-%d"), **machine, **found}, indent=2) + "\n"
    for path in [RESULTS, *([GENERATED] if docs else [])]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
