"""What a piece of work sees of itself: process, whether it is traced, the sampling decision, the ids in its logs."""

from __future__ import annotations

import logging
import os

import vedette


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.record: logging.LogRecord | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.record = record


def seen() -> dict[str, object]:
    """To be called within a request or task."""
    headers: dict[str, str] = {}
    vedette.inject(headers)
    log, kept = logging.getLogger("shop"), _Kept()
    log.addHandler(kept)
    try:
        log.error("seen")
    finally:
        log.removeHandler(kept)
    return {
        "pid": os.getpid(),
        "traced": "x-datadog-trace-id" in headers,
        "priority": headers.get("x-datadog-sampling-priority"),
        "logged": getattr(kept.record, "dd.trace_id", "0") != "0",
    }
