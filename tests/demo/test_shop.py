"""The shop works by itself, without vedette: its public finds what it looks for, and its weakness is real."""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from tests.services.redis import Redis

from vedette.demo import children
from vedette.demo.load import Load
from vedette.demo.stage import Stage


class BareStage(Stage):
    """The stage without agent and without `vedette run`."""

    def _start_agent(self) -> None:
        """Nobody watches."""

    def _start_service(self, name: str, protection: str, command: list[str], ready: children.Ready) -> children.Child:
        env = {
            key: value for key, value in self._environment(name, protection).items() if not key.startswith("VEDETTE_")
        }
        return self._start(name, [sys.executable, "-m", *command], env, ready)


@pytest.fixture(scope="module", params=["folder", "redis"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareStage]:
    stage = BareStage(tmp_path_factory.mktemp("shop"), 0, keep_data=False)
    if request.param == "redis":
        server: Redis = request.getfixturevalue("redis_server")
        stage.redis_url = server.url
    else:
        stage.redis_url = ""
        stage._start_redis = lambda: False  # type: ignore[method-assign]
    try:
        stage.open(lambda part: None)
        yield stage
    finally:
        stage.close()
        assert not any(child.killed for child in stage.children)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.timeout(90)
def test_the_public_is_served(shop: BareStage) -> None:
    load = visited(shop, 6)
    assert load.unanswered == 0
    assert load.answers["2xx"] > 50
    assert load.answers["4xx"] > 0
    assert load.answers["5xx"] > 0
    assert load.attacks > 10
    assert shop.dead() == []
    assert "Task shop.send_receipt" in log_of(shop, "worker")


def visited(shop: BareStage, seconds: float) -> Load:
    async def visits() -> Load:
        load, over = Load(shop.front, shop.orders), asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, over.set)
        await load.run(over)
        return load

    return asyncio.run(visits())


def log_of(shop: BareStage, name: str) -> str:
    return next(child.log.read_text() for child in shop.children if child.name == name)


def test_the_search_can_be_injected(shop: BareStage) -> None:
    every = json.loads(get(f"{shop.orders}/search?q=%25%27%20or%20%271%27=%271%27%20--"))["found"]
    assert len(every) == 8
    stolen = get(f"{shop.orders}/search?q=x%25%27%20union%20select%20sku,sku,pieces%20from%20stock%20--")
    assert "lamp-01" in stolen
