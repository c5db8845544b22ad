"""About this agent: what it took and dropped, what it keeps, who reports, what it costs."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from vedette.agent.counters import Counters
from vedette.agent.panels import units
from vedette.agent.query.statements import Row

STARTED = time.monotonic()
LIVELY = 120_000_000_000
"""Nanoseconds after which a process that sends nothing is shown as quiet."""
DROPS = {
    "bad_payload": "not of its format, or not decompressable",
    "bad_flare": "a flare that is no form with a zip in it",
    "too_large": "larger than a payload may be",
    "slow": "took too long to arrive",
    "cut_off": "ended early",
    "busy": "too much was being read already",
    "queue_full": "more spans waited to be stored than may",
    "bad_request": "no HTTP, as far as it could be read",
    "crowded": "connections that waited while too many others came",
    "bad_span": "spans that the database refused",
    "storage": "the database failed",
    "stopped": "still waiting when the agent ended",
    "unconfirmed": "the database took too long to confirm them",
    "bad_question": "not a question for configurations",
    "forward_full": "too much waited to be sent on already",
    "forward_loop": "this agent had sent them itself: it forwards to itself",
    "forward_refused": "the receiver refused them",
    "forward_stopped": "still waiting to be sent on when the agent ended",
    "forward_unreadable": "could not be translated, or read again from the disk",
    "forward_unsendable": "no request could be made of them",
}


def cost() -> list[dict[str, str]]:
    """What the agent itself uses, as terms and values."""
    uptime = time.monotonic() - STARTED
    cpu = time.process_time()
    return [
        {"name": "running for", "text": units.duration(int(uptime * 1e9))},
        {
            "name": "processor",
            "text": f"{units.duration(int(cpu * 1e9))}, {100 * cpu / max(uptime, 0.001):.1f} % of one core on average",
        },
        {"name": "memory", "text": units.size(resident())},
        {"name": "threads", "text": str(threading.active_count())},
        {"name": "process", "text": str(os.getpid())},
    ]


def resident() -> int:
    """Bytes of memory that the process has; what it had at most where the system tells no more."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(ImportError):
        import resource  # not on Windows

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return int(peak if platform.system() == "Darwin" else peak * 1024)
    return 0


def forwarding(lines: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Where what is received is sent on to: the address, what waits there, and what is wrong."""
    return [{"name": line["url"], "text": _waiting(line), "trouble": line["trouble"]} for line in lines]


def _waiting(line: dict[str, Any]) -> str:
    if not line["waiting"]:
        return "nothing waits"
    return f"{line['waiting']:,} waiting ({units.size(line['waiting_bytes'])})"


def learned(state: dict[str, int]) -> list[dict[str, str]]:
    """What the API inventory holds, and what it left out."""
    kept = f"{state['endpoints']:,} endpoints, {state['places']:,} fields"
    named = {"left_out": "fields left out", "unreadable": "spans not understood", "unannounced": "routes left out"}
    more = [{"name": text, "text": f"{state[name]:,}"} for name, text in named.items() if state[name]]
    return [{"name": "API inventory", "text": kept}, *more]


def versions() -> list[dict[str, str]]:
    """Of vedette and of what it serves with."""
    names = ("vedette", "duckdb", "starlette", "uvicorn", "jinja2")
    found = [{"name": name, "text": _version(name)} for name in names]
    return [*found, {"name": "Python", "text": platform.python_version()}]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def drops(counters: Counters) -> list[dict[str, Any]]:
    """What was refused or lost since the start, and why."""
    return [
        {"name": reason.replace("_", " "), "text": f"{number:,}", "why": DROPS.get(reason, "")}
        for reason, number in sorted(counters.group("dropped").items())
    ]


ANSWERED = {
    "config": "questions for remote settings",
    "telemetry": "what processes tell of themselves",
    "stats": "statistics of tracers, not used",
    "forward": "to be sent on only",
}
"""What holds no spans, and what becomes of it."""


def answered(counters: Counters) -> list[dict[str, str]]:
    """What came beside spans, logs and metrics."""
    counts = sorted(counters.group("ignored").items())
    return [{"name": ANSWERED.get(kind, kind), "text": f"{number:,}"} for kind, number in counts]


def reporter(row: Row, now: int) -> dict[str, Any]:
    """A process that reports, as a line of the table."""
    said = row["process"]
    name = str(said.get("service.name", "")) or "unknown"
    language = str(said.get("telemetry.sdk.language", ""))
    return {
        "name": name,
        "colour": units.colour(name),
        "env": row["env"],
        "version": said.get("service.version", ""),
        "tracer": f"{language} {said.get('telemetry.sdk.version', '')}".strip(),
        "runtime": f"{said.get('process.runtime.name', '')} {said.get('process.runtime.version', '')}".strip(),
        "where": " ".join(str(said[key]) for key in ("host.name", "container.id") if said.get(key))[:60],
        "pid": said.get("process.pid", ""),
        "spans": f"{row['spans']:,}",
        "last": row["last"],
        "quiet": now - int(row["last"]) > LIVELY,
    }
