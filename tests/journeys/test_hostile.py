"""Odd requests to odd applications are answered byte for byte as without vedette."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys import raw
from tests.journeys.play import serving
from tests.services.received import Span
from tests.services.recorder import Recorder

SERVERS = {
    "flask": "{bin}/gunicorn -w 1 -k gthread --threads 2 -b 127.0.0.1:{port} tests.journeys.apps.hostile:app",
    "fastapi": "{bin}/uvicorn --port {port} --log-level warning tests.journeys.apps.hostile_asgi:app",
}
LATER = "who came after"
ATTACKS = ("no such page", "multipart without boundary")
"""What the rules refuse: a NUL in the path, a body whose parts can't be told apart."""
MODES = ("off", "monitor", "block")


@pytest.fixture(scope="module", params=SERVERS)
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def bare(framework: str) -> Iterator[int]:
    with serving(SERVERS[framework], None) as port:
        yield port


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def traced(framework: str, mode: str, _recorder_process: Recorder) -> Iterator[int]:
    settings = {"VEDETTE_AGENT_URL": _recorder_process.url, "VEDETTE_PROTECTION": mode}
    with serving(SERVERS[framework], settings) as port:
        yield port


@pytest.mark.parametrize("question", raw.REQUESTS)
def test_answers_do_not_change(question: str, bare: int, traced: int, mode: str) -> None:
    expected = raw.ask(bare, raw.REQUESTS[question])
    assert expected != b""
    answer = raw.ask(traced, raw.REQUESTS[question])
    if mode == "block" and question in ATTACKS:
        assert answer.startswith(b"HTTP/1.1 403 ")
    else:
        assert answer == expected


def test_nothing_is_chained_to_an_answer_that_was_never_read(traced: int, recorder: Recorder) -> None:
    """Visitors who leave in the middle of a long answer leave nothing active behind."""
    for _ in range(3):
        assert raw.ask(traced, raw.request(b"GET /long"), most=100)
    for _ in range(3):
        raw.ask(traced, raw.request(b"GET /generator", b"User-Agent: " + LATER.encode()))
    seen = recorder.wait_for(lambda seen: len(of_later_visitors(seen.spans)) == 3)
    roots = of_later_visitors(seen.spans)
    assert len(roots) == 3
    assert len({span["trace_id"] for span in roots}) == 3
    assert {span["parent_id"] for span in roots} == {"0" * 16}


def of_later_visitors(spans: list[Span]) -> list[Span]:
    """The request spans of those who came after."""
    return [span for span in spans if span["meta"].get("http.useragent") == LATER]
