"""An agent and an application, each in its process: what an operator changes is in force with the next request."""

from __future__ import annotations

import json
import signal
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.agent.test_process import running
from tests.remote.backend import PATIENCE
from tests.remote.conftest import App
from vedette.cli.remote import command

Start = Callable[..., App]
ATTACK = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"


class Operator:
    """Somebody who changes things, and waits until they are in force."""

    def __init__(self, page: str, folder: Path) -> None:
        self.page = page
        self._token = (folder / "token").read_text().strip()

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """A request to the agent."""
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.page + path, data, {"X-Vedette-Token": self._token}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def change(self, method: str, path: str, body: Any = None, clients: int = 1) -> list[dict[str, Any]]:
        """A change, and what clients say once all of them have applied or refused everything."""
        self.ask(method, path, body)
        until = time.monotonic() + PATIENCE
        while True:
            told: list[dict[str, Any]] = self.ask("GET", "/api/remote")["clients"]
            if len(told) >= clients and all(one["settled"] for one in told):
                return told
            assert time.monotonic() < until, told
            time.sleep(0.02)


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """Of an agent of its own."""
    with running("--data", str(tmp_path)) as agent:
        yield Operator(agent.page, tmp_path)


def test_an_address_is_denied_and_served_again(operator: Operator, start: Start) -> None:
    app = start(operator.page)
    assert app.get(ATTACK)[0] == 200
    operator.change("PUT", "/api/remote/settings/settings?service=shop", {"value": {"protection": "block"}})
    assert app.get(ATTACK)[0] == 403
    assert app.get("/", client="203.0.113.7")[0] == 200
    operator.change("PUT", "/api/remote/address/203.0.113.0%2F24", {"note": "scans", "for": 3_600})
    assert app.get("/", client="203.0.113.7")[0] == 403
    assert app.get("/", client="198.51.100.1")[0] == 200
    operator.change("DELETE", "/api/remote/address/203.0.113.0%2F24")
    assert app.get("/", client="203.0.113.7")[0] == 200
    operator.change("DELETE", "/api/remote/settings/settings?service=shop")
    assert app.get(ATTACK)[0] == 200


def test_rules_are_changed(operator: Operator, start: Start) -> None:
    app = start(operator.page, VEDETTE_PROTECTION="block")
    condition = {
        "operator": "phrase_match",
        "parameters": {"inputs": [{"address": "server.request.query"}], "list": ["zebra"]},
    }
    rule = {
        "name": "Zebras",
        "tags": {"type": "own", "category": "attack_attempt"},
        "conditions": [condition],
        "on_match": ["block"],
    }
    operator.change("PUT", "/api/remote/custom-rule/zebra", {"value": rule})
    assert app.get("/search?q=a+zebra")[0] == 403
    operator.change("PUT", "/api/remote/rule/zebra", {"value": {"mode": "monitor"}})
    assert app.get("/search?q=a+zebra")[0] == 200
    operator.change("PUT", "/api/remote/rule/zebra", {"value": {"mode": "block"}})
    exclusion = {
        "rules_target": [{"rule_id": "zebra"}],
        "inputs": [{"address": "server.request.query", "key_path": ["q"]}],
    }
    operator.change("PUT", "/api/remote/exclusion/q", {"value": exclusion})
    assert [app.get(f"/search?{name}=a+zebra")[0] for name in ("q", "p")] == [200, 403]


def test_processes_tell_of_themselves(operator: Operator, start: Start, tmp_path: Path) -> None:
    start(operator.page)
    operator.change("PUT", "/api/remote/settings/settings", {"value": {"enabled": False}})  # also without traces
    folder = tmp_path / "flares"
    folder.mkdir()
    words = ["--agent", operator.page, "--data", str(tmp_path), "flare", "--service", "shop", "--out", str(folder)]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    (path,) = folder.iterdir()
    assert done.output == f"{path}\n"
    with zipfile.ZipFile(path) as flare:
        assert json.loads(flare.read("configuration.json"))["service"] == "Shop"
        assert json.loads(flare.read("remote.json"))["changes"] >= 1
    assert operator.ask("GET", "/api/remote")["items"]["config"] == 0, "nothing is left of the question"
    nobody = CliRunner().invoke(command, [*words[:4], "flare", "--service", "nobody", "--wait", "1"])
    assert (nobody.exit_code, "no process" in nobody.stderr) == (1, True)


def test_settings_are_changed(operator: Operator, start: Start) -> None:
    app = start(operator.page)
    value = {"sample_rate": 0.25, "logs_injection": False, "tags": {"team": "b"}, "header_tags": {"x-test": "test"}}
    (client,) = operator.change("PUT", "/api/remote/settings/settings?service=SHOP&env=test", {"value": value})
    assert (client["service"], client["env"], client["applied"], client["refused"]) == ("Shop", "test", 1, 0)
    state = app.state()
    assert (state["sample_rate"], state["logs_injection"]) == (0.25, False)
    assert (state["tags"], state["header_tags"]) == ({"team": "b"}, {"x-test": "test"})


def test_signatures_of_the_agent_are_believed_and_no_others(operator: Operator, start: Start) -> None:
    key = operator.ask("GET", "/api/remote")["key"]
    good = start(operator.page, VEDETTE_SERVICE="good", VEDETTE_REMOTE_CONFIGURATION_KEYS=key)
    bad = start(operator.page, VEDETTE_SERVICE="bad", VEDETTE_REMOTE_CONFIGURATION_KEYS="ab" * 32)
    told = operator.change("PUT", "/api/remote/settings/settings", {"value": {"sample_rate": 0.25}}, clients=2)
    states = {client["service"]: client for client in told}
    assert (states["good"]["applied"], states["bad"]["refused"]) == (1, 1)
    assert "signed by 0" in states["bad"]["configs"][0]["error"]
    assert (good.state()["sample_rate"], bad.state()["sample_rate"]) == (0.25, None)


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run there")
def test_every_worker_of_gunicorn_gets_the_change(operator: Operator, start: Start) -> None:
    pytest.importorskip("gunicorn")
    app = start(operator.page, sys.executable, "-m", "tests.remote.workers", "3", VEDETTE_PROTECTION="block")
    workers = {app.state()["pid"] for _ in range(60)}
    assert len(workers) == 3
    operator.change("PUT", "/api/remote/address/203.0.113.7", clients=3)
    assert {app.get("/", client="203.0.113.7")[0] for _ in range(30)} == {403}
    operator.change("DELETE", "/api/remote/address/203.0.113.7", clients=3)
    assert {app.get("/", client="203.0.113.7")[0] for _ in range(30)} == {200}
    app.process.send_signal(signal.SIGTERM)
    assert app.process.wait(PATIENCE) == 0
