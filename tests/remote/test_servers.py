"""Everything that may change at run time, changed through the embedded agent in processes under real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.remote.backend import PATIENCE
from tests.remote.conftest import ROOT, App, environment
from tests.remote.test_journey import ATTACK, Operator, operator

__all__ = ["operator"]
Start = Callable[..., App]
SETTINGS = "/api/remote/settings/settings"
ENOUGH = 30
"""Requests after which each of two workers has answered."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these servers do not run there")


def soon(condition: Callable[[], object], what: object = "") -> None:
    """Waits until it is so."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Workers:
    """The workers of an application, and what they do when an operator changes something."""

    def __init__(self, operator: Operator, app: App, count: int) -> None:
        self.operator = operator
        self.app = app
        self.count = count
        soon(lambda: len(self.pids()) == count)

    def pids(self) -> set[int]:
        """Processes that answer."""
        return {json.loads(self.app.get("/seen")[1])["pid"] for _ in range(ENOUGH)}

    def change(self, path: str, value: Any = None, method: str = "PUT") -> list[dict[str, Any]]:
        """Changes something, and waits until each worker says what became of it."""
        return self.operator.change(method, path, {"value": value}, clients=self.count)

    def answer(self, path: str, client: str | None = None) -> set[int]:
        """Statuses of many answers."""
        return {self.app.get(path, client=client)[0] for _ in range(ENOUGH)}

    def see(self, name: str) -> set[object]:
        """What requests see of themselves."""
        return {json.loads(self.app.get("/seen")[1])[name] for _ in range(ENOUGH)}


@pytest.fixture
def workers(operator: Operator, start: Start) -> Workers:
    """Two workers of gunicorn, forked from one process that had loaded the application."""
    pytest.importorskip("gunicorn")
    app = start(operator.page, sys.executable, "-m", "tests.remote.workers", "2", VEDETTE_PROTECTION="monitor")
    return Workers(operator, app, 2)


def test_protection_follows_in_every_worker(workers: Workers) -> None:
    for mode, status in (("block", 403), ("off", 200), ("rules", 200), ("block", 403), ("monitor", 200)):
        workers.change(SETTINGS, {"protection": mode})
        assert workers.answer(ATTACK) == {status}, mode
    workers.change("/api/remote/settings/settings?service=shop&env=test", {"protection": "block"})
    assert workers.answer(ATTACK) == {403}, "the more exact wish stands above the other"
    condition = {
        "operator": "phrase_match",
        "parameters": {"inputs": [{"address": "server.request.query"}], "list": ["zebra"]},
    }
    rule = {"name": "z", "tags": {"type": "z", "category": "z"}, "conditions": [condition], "on_match": ["block"]}
    workers.change("/api/remote/custom-rule/zebra", rule)
    assert workers.answer("/search?q=zebra") == {403}
    exclusion = {"rules_target": [{"rule_id": "zebra"}], "inputs": [{"address": "server.request.query"}]}
    workers.change("/api/remote/exclusion/zebra", exclusion)
    assert workers.answer("/search?q=zebra") == {200}
    workers.change("/api/remote/exclusion/zebra", method="DELETE")
    workers.change("/api/remote/rule/zebra", {"mode": "off"})
    assert workers.answer("/search?q=zebra") == {200}
    workers.change("/api/remote/address/203.0.113.7")
    assert workers.answer("/", client="203.0.113.7") == {403}
    workers.change("/api/remote/user/mallory")
    assert (workers.answer("/user/mallory"), workers.answer("/user/alice")) == ({403}, {200})


def test_tracing_follows_in_every_worker(workers: Workers) -> None:
    assert (workers.see("traced"), workers.see("logged")) == ({True}, {True})
    workers.change(SETTINGS, {"sample_rate": 0.0})
    assert workers.see("priority") == {"-1"}
    workers.change(SETTINGS, {"sampling_rules": [{"resource": "GET /seen", "sample_rate": 1.0}], "sample_rate": 0.0})
    assert workers.see("priority") == {"2"}
    workers.change(SETTINGS, {"logs_injection": False})
    assert (workers.see("logged"), workers.see("traced")) == ({False}, {True})
    workers.change(SETTINGS, method="DELETE")
    assert (workers.see("traced"), workers.see("logged")) == ({True}, {True})


def test_traces_are_sent_or_not_by_every_worker(workers: Workers) -> None:
    workers.change(SETTINGS, {"enabled": False})
    workers.answer("/search?q=not+sent")
    workers.change(SETTINGS, {"enabled": True})
    workers.answer("/user/sent")  # what a worker sends comes in order

    def resources() -> list[str]:
        found = workers.operator.ask("GET", "/api/traces?limit=500")["traces"]
        return [trace["root"]["resource"] for trace in found]

    soon(lambda: resources().count("GET /user/<name>") >= ENOUGH, "sent again")
    assert "GET /search" not in resources()


def test_a_worker_that_is_born_later_asks_for_itself(workers: Workers) -> None:
    workers.change(SETTINGS, {"protection": "block"})
    workers.change("/api/remote/address/203.0.113.7")
    before = workers.pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    soon(lambda: _answers(workers.app) and len(workers.pids() - before) == 2)
    soon(lambda: workers.answer(ATTACK) == {403})
    assert workers.answer("/", client="203.0.113.7") == {403}


def _answers(app: App) -> bool:
    try:
        return app.get()[0] == 200
    except OSError:
        return False


def test_what_is_refused_is_shown_and_the_last_good_one_stays(workers: Workers) -> None:
    good = {"lib_config": {"tracing_sampling_rate": 0.0}}
    workers.change("/api/remote/config/APM_TRACING%2Fown", good)
    assert workers.see("priority") == {"-1"}
    told = workers.change("/api/remote/config/APM_TRACING%2Fown", {"lib_config": {"tracing_sampling_rate": "much"}})
    assert [(one["refused"], one["applied"]) for one in told] == [(1, 0)] * 2
    assert "sample_rate" in told[0]["configs"][0]["error"]
    with urllib.request.urlopen(workers.operator.page + "/remote", timeout=20) as answer:
        page = answer.read().decode()
    assert page.count("refused") >= 2
    assert "sample_rate" in page
    assert workers.see("priority") == {"-1"}
    workers.change("/api/remote/config/APM_TRACING%2Fown", {"lib_config": {"tracing_sampling_rate": 1.0}})
    assert workers.see("priority") == {"2"}


def test_what_uvicorn_starts_anew_asks_for_itself(operator: Operator, start: Start, tmp_path: Path) -> None:
    pytest.importorskip("uvicorn")
    watched = tmp_path / "watched"
    watched.mkdir()
    app = start(operator.page, sys.executable, "-m", "tests.remote.asgi", str(watched), VEDETTE_PROTECTION="monitor")
    first = json.loads(app.get("/seen")[1])
    assert first["traced"]
    operator.change("PUT", SETTINGS, {"value": {"protection": "block", "logs_injection": False}})
    assert app.get(ATTACK)[0] == 403
    assert json.loads(app.get("/seen")[1])["logged"] is False
    (watched / "changed.py").write_text("")
    soon(lambda: _answers(app) and json.loads(app.get("/seen")[1])["pid"] != first["pid"])
    soon(lambda: app.get(ATTACK)[0] == 403)
    assert json.loads(app.get("/seen")[1])["logged"] is False
    operator.ask("DELETE", SETTINGS)
    soon(lambda: app.get(ATTACK)[0] == 200)


class Tasks:
    """A worker of Celery, and what its tasks see."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._folder = folder
        self._variables = variables

    def look(self) -> dict[str, Any]:
        """What one task sees of itself."""
        command = [sys.executable, "-c", "from tests.remote.tasks import look\nfor _ in range(4): look.delay()"]
        subprocess.run(command, cwd=ROOT, env=self._variables, check=True, timeout=PATIENCE)
        soon(lambda: len(list((self._folder / "seen").iterdir())) == 4)
        told = [json.loads(path.read_text()) for path in (self._folder / "seen").iterdir()]
        for path in (self._folder / "seen").iterdir():
            path.unlink()
        return {name: {one[name] for one in told} for name in told[0]}


@contextmanager
def celery(url: str, folder: Path) -> Iterator[Tasks]:
    """Two prefork children that work under vedette; who sends the tasks does not."""
    for name in ("messages", "seen"):
        (folder / name).mkdir()
    variables = environment(url, LIVE_FOLDER=str(folder))
    words = ["celery", "-A", "tests.remote.tasks", "worker", "-P", "prefork", "-c", "2", "-l", "error"]
    command = [sys.executable, "-m", "vedette", "run", sys.executable, "-m", *words, "--without-gossip"]
    worker = subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)
    try:
        yield Tasks(folder, variables)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def test_children_of_celery_follow(operator: Operator, tmp_path: Path) -> None:
    pytest.importorskip("celery")
    folder = tmp_path / "celery"
    folder.mkdir()
    with celery(operator.page, folder) as tasks:
        pids: set[int] = set()
        while len(pids) < 2:
            told = tasks.look()
            assert (told["traced"], told["logged"]) == ({True}, {True})
            pids |= told["pid"]
        operator.change("PUT", SETTINGS, {"value": {"sample_rate": 0.0, "logs_injection": False}}, clients=2)
        told = tasks.look()
        assert (told["priority"], told["logged"]) == ({"-1"}, {False})
        operator.change("DELETE", SETTINGS, clients=2)
        assert tasks.look()["logged"] == {True}
