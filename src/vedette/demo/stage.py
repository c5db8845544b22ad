"""The shop on its stage: the embedded agent and the shop's services, each service under ``vedette run``."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vedette.demo.children import Child, Ready, answers, free_port, listens, says, start

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
SERVICES = ("shop-front", "shop-orders", "shop-worker")


class Stage:
    """Starts everything, tells what the agent counted, and ends everything."""

    def __init__(self, folder: Path, page_port: int, keep_data: bool) -> None:
        self.folder = folder
        self.keep_data = keep_data
        self.children: list[Child] = []
        self.page = f"http://127.0.0.1:{free_port(page_port)}/"
        self.front_port, self.orders_port = free_port(), free_port()
        self.redis_url = os.environ.get("VEDETTE_DEMO_REDIS", "")

    @property
    def front(self) -> str:
        """Address of the shop's front."""
        return f"http://127.0.0.1:{self.front_port}"

    @property
    def orders(self) -> str:
        """Address of the shop's order service."""
        return f"http://127.0.0.1:{self.orders_port}"

    def open(self, progress: Callable[[str], None]) -> None:
        """Start everything and wait until it is ready; raises `ChildFailed`."""
        progress("agent")
        self._start_agent()
        progress("redis" if self._start_redis() else "no redis: the broker is a folder")
        services = (self._start_orders(), self._start_worker(), self._start_front())
        for child in services:
            progress(child.name)
            child.wait_until_ready(time.monotonic() + READY_SECONDS)

    def close(self) -> None:
        """End the services first, so that what they still hold reaches the agent; the agent stays."""
        services = [child for child in self.children if child.name != "agent"]
        for child in services:
            if child.alive and child.name != "redis":
                child.process.terminate()
        for child in sorted(services, key=lambda child: child.name == "redis"):
            child.stop(STOP_SECONDS)

    def close_agent(self) -> None:
        """End the agent."""
        for child in self.children:
            child.stop(STOP_SECONDS)

    def dead(self) -> list[Child]:
        """Children that are not running any more."""
        return [child for child in self.children if not child.alive]

    def summary(self) -> dict[str, Any]:
        """What the agent counted so far; empty if it does not answer."""
        try:
            with urllib.request.urlopen(self.page + "api/summary", timeout=5) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return {}

    def settled_summary(self) -> dict[str, Any]:
        """What the agent counted once nothing more arrives, for at most five seconds."""
        seen = self.summary()
        for _ in range(10):
            time.sleep(0.5)
            before, seen = seen, self.summary()
            if seen == before:
                break
        return seen

    def _start(self, name: str, command: list[str], env: dict[str, str], ready: Ready) -> Child:
        child = start(name, command, env, self.folder, ready)
        self.children.append(child)
        return child

    def _start_agent(self) -> None:
        port = self.page.rstrip("/").rpartition(":")[2]
        keep = ["--data", str(self.folder / "agent")] if self.keep_data else ["--memory"]
        command = [sys.executable, "-m", "vedette", "agent", *keep, "--port", port, "--otlp-port", "0"]
        # The agent of a demo is not to be traced by whatever traces the demo.
        env = {key: value for key, value in os.environ.items() if not key.startswith(("VEDETTE_", "DD_", "OTEL_"))}
        self._start("agent", command, env, answers(self.page + "api/summary")).wait_until_ready(
            time.monotonic() + READY_SECONDS
        )

    def _start_redis(self) -> bool:
        """A Redis of the demo's own where the machine has the program and Python the client."""
        program = shutil.which("redis-server")
        if self.redis_url or program is None or not _has_redis_client():
            return bool(self.redis_url)
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self._start("redis", command, dict(os.environ), listens(port)).wait_until_ready(
            time.monotonic() + READY_SECONDS
        )
        self.redis_url = f"redis://127.0.0.1:{port}/0"
        return True

    def _start_orders(self) -> Child:
        command = ["flask", "--app", "vedette.demo.orders", "run", "--port", str(self.orders_port)]
        return self._start_service("orders", "block", command, answers(self.orders + "/health"))

    def _start_worker(self) -> Child:
        pool = ["--pool", "threads"] if os.name == "nt" else ["--pool", "prefork"]
        command = ["celery", "-A", "vedette.demo.worker", "worker", *pool, "--concurrency", "2", "--loglevel", "info"]
        return self._start_service(
            "worker", "monitor", [*command, "--without-gossip", "--without-mingle"], says(" ready.")
        )

    def _start_front(self) -> Child:
        command = ["uvicorn", "vedette.demo.front:app", "--port", str(self.front_port)]
        return self._start_service("front", "monitor", command, answers(self.front + "/health"))

    def _start_service(self, name: str, protection: str, command: list[str], ready: Ready) -> Child:
        run = [sys.executable, "-m", "vedette", "run", "--", sys.executable, "-m", *command]
        return self._start(name, run, self._environment(name, protection), ready)

    def _environment(self, name: str, protection: str) -> dict[str, str]:
        return {
            **os.environ,
            "SHOP_ORDERS_URL": self.orders,
            "SHOP_REDIS_URL": self.redis_url,
            "SHOP_POSTGRES_DSN": os.environ.get("VEDETTE_DEMO_POSTGRES", ""),
            "SHOP_DATA": str(self.folder / "shop"),
            "PYTHONUNBUFFERED": "1",
            "VEDETTE_SERVICE": f"shop-{name}",
            "VEDETTE_ENV": "demo",
            "VEDETTE_VERSION": "1.0",
            "VEDETTE_AGENT_URL": self.page.rstrip("/"),
            "VEDETTE_PROTECTION": protection,
            "VEDETTE_API_SECURITY_SAMPLE_DELAY": "3",  # so that a short run has looked at everything
        }


def _has_redis_client() -> bool:
    try:
        import redis  # noqa: F401  # optional: without it the shop keeps carts in memory
    except ImportError:
        return False
    return True
