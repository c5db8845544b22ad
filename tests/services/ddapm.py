"""Datadog's test agent, in a virtual environment of its own: it reads payloads as the real Agent does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import process

VERSION = "1.69.1"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / f"ddapm-test-agent-{VERSION}"


@dataclass(frozen=True)
class TestAgent:
    """A running test agent: Datadog's protocol on ``port``, OTLP over HTTP on ``otlp_port``."""

    __test__ = False  # pytest would take the name for a test class

    port: int
    otlp_port: int

    @property
    def url(self) -> str:
        """The address for ``VEDETTE_AGENT_URL``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def otlp_url(self) -> str:
        """The address for an OTLP exporter."""
        return f"http://127.0.0.1:{self.otlp_port}"

    def traces(self) -> list[list[dict[str, Any]]]:
        """Every trace received since the last ``clear``."""
        return list(self.get("/test/traces"))

    def clear(self) -> None:
        """Forget what was received."""
        self.get("/test/session/clear")

    def get(self, path: str) -> Any:
        """Ask the agent's own test interface; returns the decoded JSON, or the text."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            body = answer.read().decode()
        return json.loads(body) if body.startswith(("[", "{")) else body


def program() -> Path:
    """The agent's script; made once per machine, because its dependencies would fight with the tests' own."""
    script = CACHE / "bin" / "ddapm-test-agent"
    if not script.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True, capture_output=True)
            subprocess.run(
                [str(CACHE / "bin" / "pip"), "install", "-q", f"ddapm-test-agent=={VERSION}"],
                check=True,
                capture_output=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            process.missing(f"ddapm-test-agent could not be installed: {error}")
    return script


@contextlib.contextmanager
def running() -> Iterator[TestAgent]:
    """One test agent with its ports on loopback."""
    script, (otlp, grpc) = program(), process.free_ports(2)
    env = dict(os.environ, OTLP_HTTP_PORT=str(otlp), OTLP_GRPC_PORT=str(grpc))

    def command(_home: Path, port: int) -> list[str]:
        return [str(script), "--port", str(port), "--otlp-http-port", str(otlp), "--otlp-grpc-port", str(grpc)]

    with process.served("ddapm", command, lambda port: "endpoints" in TestAgent(port, otlp).get("/info"), env) as http:
        yield TestAgent(http, otlp)
