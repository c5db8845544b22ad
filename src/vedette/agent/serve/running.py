"""A note in the data folder of the agent that runs there, so that commands find it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.agent.options import Options

FILE = "agent.json"


@dataclass(frozen=True)
class Running:
    """An agent that noted itself; it may have ended without taking the note away."""

    url: str
    pid: int


@contextlib.contextmanager
def noted(options: Options) -> Iterator[None]:
    """Notes this process in its data folder, until the end of the block."""
    if options.data is None:
        yield
        return
    path = options.data / FILE
    host = f"[{options.host}]" if ":" in options.host else options.host
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    with contextlib.suppress(OSError):  # a full disk is no reason not to run
        path.write_text(json.dumps({"url": f"http://{host}:{options.port}", "pid": os.getpid()}), encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def find(folder: Path) -> Running | None:
    """The agent of a data folder, if one noted itself there."""
    try:
        told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Running(str(told["url"]), int(told["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
