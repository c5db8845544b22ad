"""An agent in this process, without sockets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("duckdb", reason="the agent needs its extra: pip install 'vedette[agent]'")

from starlette.testclient import TestClient

from vedette.agent.counters import Counters
from vedette.agent.options import Limits, Options
from vedette.agent.receive.intake import Intake
from vedette.agent.receive.senders import Senders
from vedette.agent.serve.application import Agent
from vedette.agent.serve.context import Context
from vedette.agent.store import Database, SpanRow, Writer

PAYLOADS = Path(__file__).parent / "payloads"


class LocalAgent:
    """The parts of an agent and a client that asks it."""

    def __init__(self, options: Options) -> None:
        self.counters = Counters()
        self.database = Database(options.data)
        self.writer = Writer(self.database, self.counters, options.limits, options.retention)
        self.writer.start()
        self.senders = senders = Senders()
        context = Context(options, self.database, self.writer, self.counters, senders)
        self.token = context.token
        intake = Intake(self.writer, self.counters, options.limits, senders)
        self.client = TestClient(Agent(context, intake), base_url="http://127.0.0.1:8126")

    def store(self, rows: Sequence[SpanRow]) -> None:
        """Stores rows and waits until they are."""
        assert self.writer.offer(rows, 1000)
        assert self.writer.flush(20)

    def send(self, path: str, body: bytes, **headers: str) -> int:
        """Posts a payload and waits until it is stored; the status of the answer."""
        response = self.client.post(path, content=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert self.writer.flush(20)
        return response.status_code

    def traces(self, search: str = "") -> list[str]:
        """Trace ids that a search finds, as short numbers."""
        found = self.client.get("/api/traces", params={"q": search, "limit": 500}).json()["traces"]
        return [trace["trace_id"].lstrip("0") for trace in found]

    def close(self) -> None:
        """Ends it."""
        self.writer.stop()
        self.database.close()


@pytest.fixture
def agent() -> Iterator[LocalAgent]:
    """An agent in memory."""
    local = LocalAgent(Options())
    yield local
    local.close()


@pytest.fixture
def small_agent() -> Iterator[LocalAgent]:
    """An agent that takes little at a time."""
    local = LocalAgent(Options(limits=Limits(body=20_000, in_flight=40_000, queued_spans=100, queued_bytes=1 << 20)))
    yield local
    local.close()


@pytest.fixture
def payload():
    """Reads a recorded payload."""
    return lambda name: (PAYLOADS / name).read_bytes()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """The browser that all tests use, one after the other."""
    from tests.agent.browser import Browser  # skips where selenium is missing, but only the tests that need it

    started = Browser(tmp_path_factory.mktemp("browser") / "profile")
    yield started
    started.driver.quit()


@pytest.fixture
def browser(agent, chromium):
    """A browser; in the end, everything that it asked for must have been the agent's, and nothing complained."""
    chromium.turn_to(agent.page)
    yield chromium
    foreign = [url for url in chromium.requested() if not url.startswith((agent.page, "data:", "chrome:", "about:"))]
    assert foreign == []
    assert chromium.complaints() == []
