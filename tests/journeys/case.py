"""A journey as data: one row of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """What is started, what is asked of it, how it ends, and which spans each piece of work must leave.

    In ``command``, ``{python}``, ``{bin}`` (the folder of console scripts), ``{port}`` and ``{apps}`` are filled in.
    """

    name: str
    command: str
    traffic: Literal["http", "tasks", "output", "none"] = "none"
    """Requests to ``path``; Celery tasks; wait for the line "worked"; nothing: it works and ends by itself."""
    count: int = 20
    """Pieces of work, each with an ident of its own."""
    path: str = "/work/{ident}"
    """Where the requests go; the application fetches the ident from the echo server."""
    stop: str = ""
    """Signal that ends it right after the last answer: ``TERM``, ``INT``, or ``INT group`` as a terminal's Ctrl-C."""
    midway: str = ""
    """Signal sent in the middle of the requests."""
    env: Mapping[str, str] = field(default_factory=dict)
    backend: str = "healthy"
    """What the recorder plays."""
    spans: tuple[str, ...] = ("server", "client")
    """Kinds of the spans that each piece of work leaves in one trace."""
    delivered: bool = True
    """Whether the spans can reach the backend at all."""
    cut_off: int = 0
    """Pieces of work whose spans may be missing, because the process is ended in the middle of them."""
    late: float = 1.0
    """Seconds that vedette may add to the exit."""
    survivors: bool = False
    """Whether processes of it may outlive it."""
    seconds: float = 40.0
    """When a run counts as hung."""

    def __str__(self) -> str:
        return self.name
