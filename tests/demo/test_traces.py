"""The shop under vedette: one trace goes through all its services, and attacks are found in it."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from tests.services.recorder import Received, Recorder

from vedette.demo.load import Load, browse, buy, watch_stock
from vedette.demo.stage import SERVICES, Stage

ALL = set(SERVICES)


class RecordedStage(Stage):
    """The stage with the recorder in the agent's place."""

    def __init__(self, folder: Path, recorder: Recorder) -> None:
        super().__init__(folder, 0, keep_data=False)
        self.page = recorder.url + "/"

    def _start_agent(self) -> None:
        """The recorder runs already."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, _recorder_process: Recorder) -> Received:
    """What the recorder has after a few visits and two attacks."""
    recorder = _recorder_process
    recorder.play("healthy")
    recorder.clear()
    stage = RecordedStage(tmp_path_factory.mktemp("shop"), recorder)
    try:
        stage.open(lambda part: None)
        visit(stage)
        recorder.wait_for(lambda received: services_of(received, "checkout") >= ALL, 15)
    finally:
        stage.close()
    return recorder.received()


def visit(stage: Stage) -> None:
    """One shopper, and one attacker who tries both doors."""

    async def visits() -> None:
        load = Load(stage.front, stage.orders)
        load.chance.seed(1)
        async with httpx.AsyncClient() as client:
            for kind in (browse, buy, watch_stock):
                await kind(load, client)

    asyncio.run(visits())
    assert status(f"{stage.front}/search?q=%25%27%20or%20%271%27=%271%27%20--") == 403
    assert status(f"{stage.orders}/search?q=x%25%27%20union%20select%20sku,sku,pieces%20from%20stock%20--") == 403


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def services_of(received: Received, words: str) -> set[str]:
    """The services in the traces whose first span has these words in its resource."""
    found = [trace for trace in received.traces().values() if words in trace[0]["resource"]]
    return {span["service"] for trace in found for span in trace}


@pytest.mark.timeout(120)
def test_a_checkout_is_one_trace_through_all_services(seen: Received) -> None:
    assert seen.errors == []
    assert services_of(seen, "checkout") >= ALL


def test_statements_tasks_and_calls_are_in_it(seen: Received) -> None:
    (trace,) = [trace for trace in seen.traces().values() if "checkout" in trace[0]["resource"]]
    names = {span["name"] for span in trace}
    assert names >= {"fastapi.request", "http.request", "flask.request", "sqlite.query", "celery.apply", "celery.run"}


def test_pages_are_rendered_in_the_front(seen: Received) -> None:
    templates = [span for span in seen.spans if span["name"] == "jinja2.render"]
    assert {span["service"] for span in templates} == {"shop-front"}


def test_the_attack_on_the_orders_is_blocked_inside_the_front_s_trace(seen: Received) -> None:
    (trace,) = [trace for trace in seen.traces().values() if trace[0]["resource"] == "GET /search" and len(trace) > 1]
    blocked = [span for span in trace if span["meta"].get("appsec.blocked") == "true"]
    assert {span["service"] for span in blocked} == {"shop-orders"}
    assert {span["service"] for span in trace} >= {"shop-front", "shop-orders"}
    assert not [span for span in trace if span["name"] == "sqlite.query"]
