"""An OpenTelemetry Collector, built with Go: the real OTLP receiver, and a file of what it received."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.services import process

SOURCE = Path(__file__).parent / "collector"
VERSION = "0.150.0"
OWN = hashlib.sha256((SOURCE / "main.go").read_bytes()).hexdigest()[:8]
PROGRAM = Path(__file__).resolve().parents[2] / ".cache" / f"otel-collector-{VERSION}-{OWN}"
BUILD_SECONDS = 180.0

CONFIG = """
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:{port}
exporters:
  lines:
    path: {path}
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [lines]
    logs:
      receivers: [otlp]
      exporters: [lines]
"""


@dataclass(frozen=True)
class Collector:
    """A running collector that takes OTLP over HTTP on ``port``."""

    port: int
    file: Path

    @property
    def url(self) -> str:
        """The address for an OTLP exporter of traces; log records go beside it."""
        return f"http://127.0.0.1:{self.port}/v1/traces"

    @property
    def logs_file(self) -> Path:
        """Where it writes log records."""
        return Path(f"{self.file}.logs")

    def requests(self) -> list[dict[str, Any]]:
        """The `TracesData` of every request so far."""
        return _lines(self.file)

    def wait_for_logs(self, seconds: float = 10.0) -> list[dict[str, Any]]:
        """The `LogsData` of every request so far, once there is one."""
        deadline = time.monotonic() + seconds
        while not (found := _lines(self.logs_file)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    def wait_for(self, count: int, seconds: float = 10.0) -> list[dict[str, Any]]:
        """The same, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(found := self.requests()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    def clear(self) -> None:
        """Forget what was received."""
        for file in (self.file, self.logs_file):
            if file.exists():
                os.truncate(file, 0)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def program() -> Path:
    """The collector's binary, built once per version. Without Go, or modules to build it from, tests are skipped:
    CI too, since a Go toolchain is nothing that the project needs otherwise."""
    if PROGRAM.exists():
        return PROGRAM
    if shutil.which("go") is None:
        pytest.skip("Go is not installed, and there is no other way to a collector")
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROGRAM.parent) as folder:
        built = Path(folder, "collector")
        command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(built), "."]
        try:
            subprocess.run(command, cwd=SOURCE, check=True, capture_output=True, text=True, timeout=BUILD_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            said = str(getattr(error, "stderr", None) or error)
            pytest.skip(f"the collector could not be built: {said[-300:]}")
        built.replace(PROGRAM)
    return PROGRAM


@contextlib.contextmanager
def running() -> Iterator[Collector]:
    """One collector on loopback."""
    binary = program()
    with tempfile.TemporaryDirectory(prefix="vedette-collector-") as folder:
        received = Path(folder, "received")

        def command(home: Path, port: int) -> list[str]:
            config = home / "config.yaml"
            config.write_text(CONFIG.format(port=port, path=received))
            return [str(binary), "--config", str(config)]

        with process.served("collector", command, _answers) as port:
            yield Collector(port, received)


def _answers(port: int) -> bool:
    """Whether the receiver takes an empty request."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", b"{}", headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return bool(answer.status == 200)
