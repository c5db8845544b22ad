"""How quickly the agent's pages and its API answer from a million stored spans: ``python benchmarks/pages.py``.

Fills a folder with a day of a shop's traffic (`benchmarks/stored.py`), starts an agent on it, and asks every page and
every address of the API: once as the first question of that kind, and again as the best of three. Then Chromium, if
there is one, draws and scrolls a trace of ten thousand spans. Beside the time that
the answer took stands the processor time that the agent spent on it: it says more on a machine that others use, too.
``--large`` does so with ten million spans.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import browser  # noqa: E402  # found through the line above
from benchmarks.agent import Running, agent  # noqa: E402  # found through the line above
from benchmarks.stored import BIG_TRACE, fill  # noqa: E402

SMALL, LARGE = 1_000_000, 10_000_000
PROMISED = {SMALL: 0.2, LARGE: 1.0}
"""Seconds that an answer may take."""
KEPT = ("--max-spans", "100000000", "--max-size", "100G", "--retention", "30d", "--no-grpc")
SEARCHES = (
    "",
    "service:shop-3",
    "op:celery.run",
    "resource:*thing-17/*",
    "table_33",
    "no thing anybody has seen",
    "min:140ms",
    "server.address:db-1.internal",
    "user.id:user-77",
    "error",
    "attack",
    "attack service:shop-11 status:403",
)
PANELS = ("/services", "/endpoints", "/queries", "/outgoing", "/jobs", "/errors", "/attacks", "/users")
PARTS = ("map", "endpoints", "jobs", "queries", "outgoing", "errors")
WORK = ("endpoints", "queries", "outgoing", "jobs")


def main() -> int:
    """Measure and print; returns the exit code."""
    options = parser().parse_args()
    spans = LARGE if options.large else options.spans
    with tempfile.TemporaryDirectory(prefix="vedette-pages-", dir=options.folder) as folder:
        data = options.keep or Path(folder)
        if not (data / "traces.duckdb").exists():
            fill(data, spans)
        with agent(data, *KEPT) as running:
            answers = [measured(running, question) for question in questions(running) if options.only in question]
            if browser.available():
                print(told(browser.watch(f"http://{running.host}/trace/{BIG_TRACE}")))
            print(f"memory in the end {running.memory()[0]:.0f} MB, at most {running.memory()[1]:.0f} MB")
    promised = PROMISED.get(spans, PROMISED[SMALL])
    slow = [answer for answer in answers if answer.warm > promised]
    print(f"{len(answers) - len(slow)} of {len(answers)} answers within {promised * 1000:.0f} ms at {spans:,} spans")
    return 1 if options.check and slow else 0


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    made.add_argument("--large", action="store_true", help="with 10,000,000 spans, which takes 1.5 GB of disk")
    made.add_argument("--spans", type=int, default=SMALL, help="how many instead (default %(default)s)")
    made.add_argument("--folder", type=Path, help="where to put the data meanwhile (default: the system's)")
    made.add_argument("--keep", type=Path, help="use the data in this folder, made there if it is empty, and keep it")
    made.add_argument("--only", default="", help="only questions that contain this")
    made.add_argument("--check", action="store_true", help="exit with 1 if an answer took longer than promised")
    return made


class Answer(NamedTuple):
    """What one question took, in seconds."""

    cold: float
    warm: float
    processor: float
    """Of the quickest repetition, in the agent."""


def questions(running: Running) -> list[str]:
    """Every page and every address of the API; what they name is looked up first."""
    trace = json.loads(running.ask("/api/traces?limit=30")[1])["traces"][-1]["trace_id"]
    fingerprint = json.loads(running.ask("/api/errors?t=24h")[1])["errors"][0]["fingerprint"]
    return [
        *(f"/?q={quote(search)}" for search in SEARCHES),
        *(f"/?q={quote(search)}&t=24h" for search in SEARCHES[:3]),
        *(f"/api/traces?q={quote(search)}" for search in SEARCHES[-3:]),
        "/api/traces?sort=duration&t=24h",
        "/api/traces?sort=duration&q=http.route:*thing-3*&t=1h",
        *(f"/complete?q={begun}" for begun in ("serv", "resource:thing", "server.address:", "http.")),
        *(panel for panel in PANELS),
        *(f"{panel}?t=24h" for panel in PANELS),
        *(f"{panel}?t=24h&service=shop-3" for panel in PANELS),
        *(f"{panel}?t=24h&env=staging" for panel in PANELS),
        "/endpoints?t=24h&find=thing-1",
        "/queries?t=24h&sort=p99",
        "/services/shop-3?t=24h",
        *(f"/parts/{part}?t=24h{service}" for part, service in parts()),
        *(f"/{kind}/one?t=24h&{first(running, kind)}" for kind in WORK),
        f"/errors/{fingerprint}?t=24h",
        "/attacks/what-if?t=24h&mode=block",
        first_attack(running),
        f"/trace/{trace}",
        f"/trace/{trace}/logs",
        f"/compare?a={trace}",
        f"/trace/{BIG_TRACE}",
        f"/compare?a={BIG_TRACE}&b={trace}",
        *("/api-inventory", "/rules", "/deny-lists", "/remote", "/about", "/api/about", "/api/summary"),
        f"/api/trace/{trace}",
        f"/api/trace/{BIG_TRACE}",
        f"/api/trace/{trace}/explanation",
        "/api/export?limit=500",
        "/api/export?limit=500&q=error",
        "/api/services?t=24h",
        *(f"/api/work/{kind}?t=24h" for kind in WORK),
        "/api/errors?t=24h",
        "/api/users?t=24h",
        "/api/logs",
        "/api/logs?t=24h&text=user-77&severity=17",
        "/api/metrics?t=24h",
        "/api/metrics/names",
        "/api/endpoints",
    ]


def parts() -> list[tuple[str, str]]:
    """The parts of the pages of services."""
    return [(part, "" if part == "map" else "&service=shop-3") for part in PARTS]


def first(running: Running, kind: str) -> str:
    """What the page of the first line of a table is asked with."""
    found = re.search(rf'/{kind}/one\?([^"]+)"', running.ask(f"/{kind}?t=24h")[1].decode())
    return found.group(1).replace("&amp;", "&") if found else ""


def first_attack(running: Running) -> str:
    """The address of an attack."""
    found = re.search(r'"(/attacks/[0-9a-f]{32}/[^"]+)"', running.ask("/attacks?t=24h")[1].decode())
    return found.group(1).replace("&amp;", "&") if found else "/attacks"


def told(seen: browser.Seen) -> str:
    """The line about the trace of ten thousand spans in a browser."""
    return (
        f"10,000 spans in Chromium: drawn {seen.drawn:.0f} ms after the answer ({seen.work:.0f} ms of processor time), "
        f"scrolled at {seen.frames:.0f} frames/s ({seen.frame:.1f} ms of processor time each)"
    )


def measured(running: Running, question: str) -> Answer:
    """Asks, and asks again; prints a line of the table."""
    cold, _ = asked(running, question)
    again = [asked(running, question) for _ in range(3)]
    found = Answer(cold, min(warm for warm, _ in again), min(processor for _, processor in again))
    times = "".join(f"{seconds * 1000:8.0f}" for seconds in found)
    print(f"{times} ms  {question[:110]}", flush=True)
    return found


def asked(running: Running, question: str) -> tuple[float, float]:
    """Seconds until the answer was there, and of the agent's processor time."""
    began, used = time.monotonic(), running.seconds()
    status, body = running.ask(question)
    took = time.monotonic() - began
    assert status == 200, (question, status, body[:200])
    return took, running.seconds() - used


if __name__ == "__main__":
    sys.exit(main())
