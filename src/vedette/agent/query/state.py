"""The agent about itself: what came and what was lost, what is stored, who reports, what it costs."""

from __future__ import annotations

import os
import time
from typing import Any

import duckdb

from vedette import _native
from vedette.agent.counters import Counters
from vedette.agent.forward.forwarder import Forwarder
from vedette.agent.inventory.book import Book
from vedette.agent.options import Options
from vedette.agent.query.statements import rows, statement
from vedette.agent.receive.senders import Senders
from vedette.agent.store import Writer
from vedette.agent.store.retention import DISK, MEMORY

STARTED = time.time()


def state(
    cursor: duckdb.DuckDBPyConnection,
    options: Options,
    counters: Counters,
    writer: Writer,
    senders: Senders,
    forwarder: Forwarder | None,
    book: Book,
) -> dict[str, Any]:
    """`version`, `uptime` (s), `received`, `stored`, `dropped`, ..., `storage`, `senders`, `forward`, `process`."""
    rows_waiting, bytes_waiting = writer.waiting
    return {
        "version": _native.__version__,
        "uptime": time.time() - STARTED,
        "listens": _listens(options),
        "received": {kind: counters.get(f"{kind}.received") for kind in ("spans", "logs", "metrics")},
        "stored": {kind: counters.get(f"{kind}.stored") for kind in ("spans", "logs", "metrics")},
        "waiting": {"rows": rows_waiting, "bytes": bytes_waiting},
        **{group: counters.group(group) for group in ("payloads", "dropped", "ignored", "expired")},
        "storage": {**_storage(cursor, options), "trouble": writer.trouble},
        "senders": senders.as_json(),
        "forward": {"targets": [line.as_json() for line in forwarder.lines] if forwarder else []}
        | counters.group("forward"),
        "inventory": book.state(),
        "process": _process(),
    }


def _listens(options: Options) -> dict[str, Any]:
    """Where it can be reached."""
    ports = {"port": options.port, "otlp_port": options.otlp_port, "grpc_port": options.grpc_port}
    return {"host": options.host, **ports, "socket": str(options.socket or "")}


def _storage(cursor: duckdb.DuckDBPyConnection, options: Options) -> dict[str, Any]:
    (counts,) = rows(cursor, statement("storage"), [])
    used = cursor.execute(MEMORY if options.data is None else DISK).fetchone()
    kept = options.retention
    return {
        **counts,
        "folder": "" if options.data is None else str(options.data),
        "bytes": int(used[0]) if used else 0,
        "limits": {"age_seconds": kept.age, "rows": kept.spans, "bytes": kept.size},
        "duckdb": duckdb.__version__,
    }


def _process() -> dict[str, Any]:
    """Own cost: seconds of processor time, bytes of memory."""
    used = os.times()
    return {"pid": os.getpid(), "cpu_seconds": used.user + used.system, "memory_bytes": _memory()}


def _memory() -> int | None:
    """Resident bytes, where the system tells."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
