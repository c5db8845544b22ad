"""What the agent can be told."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from vedette.agent.address import HOST, OTLP_PORT, PORT
from vedette.agent.forward.target import Target

MIB = 1 << 20
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Retention:
    """How much is kept; the oldest goes first."""

    age: float = 72 * 3600.0
    """Seconds since a span arrived."""
    spans: int = 5_000_000
    """Number of spans."""
    size: int = 2048 * MIB
    """Bytes of the database (on disk, or in memory with `--memory`)."""


@dataclass(frozen=True)
class Limits:
    """What one sender may do, and what may wait in memory."""

    body: int = 16 * MIB
    """Bytes of one payload, after decompression."""
    in_flight: int = 64 * MIB
    """Bytes of all payloads that are being read or decoded."""
    queued_spans: int = 50_000
    """Decoded spans, log records and data points waiting to be stored."""
    queued_bytes: int = 64 * MIB
    """Payload bytes behind those spans."""
    body_seconds: float = 30.0
    """Time a sender has to deliver a payload."""
    store_seconds: float = 10.0
    """Time the database has to confirm that it stored a payload."""


@dataclass(frozen=True)
class Options:
    """One agent."""

    host: str = HOST
    """Address to listen on."""
    port: int = PORT
    """Port of the Datadog receiver and of the page; 0 picks a free one."""
    otlp_port: int = OTLP_PORT
    """Port of the OTLP receiver; 0 picks a free one."""
    grpc_port: int | None = None
    """Port of the OTLP receiver over gRPC; 0 picks a free one, None: the usual one, if that is free."""
    grpc: bool = True
    """Whether to receive over gRPC at all."""
    socket: Path | None = None
    """Path of a Unix socket for what the ports take; None: none."""
    data: Path | None = None
    """Folder of the database; None keeps everything in memory."""
    allowed_hosts: tuple[str, ...] = ()
    """Names, beside the loopback ones and `host`, by which the page may be opened."""
    forward: tuple[Target, ...] = ()
    """Where what was received is sent on to."""
    forward_bytes: int = 256 * MIB
    """Bytes that may wait for each of these."""
    until: int | None = None
    """The process to end with; None to run until told to stop."""
    retention: Retention = field(default_factory=Retention)
    limits: Limits = field(default_factory=Limits)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the agent."""
        return self.host in LOOPBACK or self.host.startswith("127.")


def default_data_folder() -> Path:
    """Where this operating system keeps an application's state."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "vedette"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "vedette"
    return Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "vedette"
