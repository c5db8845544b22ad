"""The agent hands out what operators want, and knows who has it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agent.conftest import LocalAgent
from vedette import _native
from vedette.agent.options import Options
from vedette.agent.remote.desk import Desk, NotKept
from vedette.agent.remote.items import Item
from vedette.agent.remote.question import Malformed
from vedette.agent.store import Database

ALL = ["APM_TRACING", "ASM_FEATURES", "ASM", "ASM_DATA", "ASM_DD", "VEDETTE_SETTINGS"]


class Tracer:
    """A client that asks, and keeps what it gets."""

    def __init__(self, agent: LocalAgent, service: str = "shop", env: str = "prod", products: Any = ALL) -> None:
        self.agent = agent
        self.about = {"service": service, "env": env, "language": "python", "runtime_id": f"{service}-{env}"}
        self.products = list(products)
        self.version = 0
        self.files: dict[str, bytes] = {}
        self.versions: dict[str, int] = {}
        self.errors: dict[str, str] = {}

    def ask(self) -> dict[str, Any]:
        """One question; the answer is kept."""
        states = [self._state(path) for path in self.files]
        question = {
            "client": {
                "id": self.about["runtime_id"],
                "products": self.products,
                "is_tracer": True,
                "client_tracer": self.about,
                "state": {"root_version": 1, "targets_version": self.version, "config_states": states},
            },
            "cached_target_files": [
                {"path": path, "length": len(raw), "hashes": [{"algorithm": "sha256", "hash": sha(raw)}]}
                for path, raw in self.files.items()
            ],
        }
        response = self.agent.client.post("/v0.7/config", json=question)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        if answer:
            self._keep(answer)
        return answer

    def _keep(self, answer: dict[str, Any]) -> None:
        signed = json.loads(base64.b64decode(answer["targets"]))["signed"]
        assert signed["version"] >= self.version
        new = {file["path"]: base64.b64decode(file["raw"]) for file in answer["target_files"]}
        self.version = signed["version"]
        self.files = {path: new.get(path, self.files.get(path, b"")) for path in answer["client_configs"]}
        for path, raw in self.files.items():
            target = signed["targets"][path]
            assert (target["length"], target["hashes"]["sha256"]) == (len(raw), sha(raw))
            assert target["custom"]["v"] >= self.versions.get(path, 0)
            self.versions[path] = target["custom"]["v"]

    def _state(self, path: str) -> dict[str, Any]:
        product, identity = path.split("/")[2:4]
        error = self.errors.get(path, "")
        state = {"apply_state": 3 if error else 2, "apply_error": error}
        return {"product": product, "id": identity, "version": self.versions[path], **state}

    def contents(self) -> dict[str, Any]:
        """What it has, by product and id."""
        return {"/".join(path.split("/")[2:4]): json.loads(raw) for path, raw in self.files.items()}


def sha(raw: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def change(agent: LocalAgent, method: str, path: str, body: Any = None) -> Any:
    """A change over the API that is accepted; its answer."""
    response = agent.client.request(method, path, json=body, headers={"X-Vedette-Token": agent.token})
    assert response.status_code == 200, response.text
    return response.json()


def refused(agent: LocalAgent, method: str, path: str, body: Any = None) -> str:
    """A change that is refused; why."""
    response = agent.client.request(method, path, json=body, headers={"X-Vedette-Token": agent.token})
    assert response.status_code in (400, 404), response.text
    return str(response.json().get("error"))


def test_nothing_is_wanted_at_first(agent: LocalAgent) -> None:
    tracer = Tracer(agent)
    assert tracer.ask()["client_configs"] == []
    assert tracer.ask() == {}


def test_items_become_configurations(agent: LocalAgent) -> None:
    change(agent, "PUT", "/api/remote/address/203.0.113.7", {"note": "scans"})
    change(agent, "PUT", "/api/remote/address/198.51.100.0/24", {"expires": 4_000_000_000})
    change(agent, "PUT", "/api/remote/user/mallory", {})
    change(agent, "PUT", "/api/remote/rule/vdt-sqli-001", {"value": {"mode": "off"}})
    change(
        agent,
        "PUT",
        "/api/remote/settings/settings?service=shop",
        {"value": {"protection": "block", "sample_rate": 0.5}},
    )
    tracer = Tracer(agent)
    tracer.ask()
    contents = tracer.contents()
    lists = {one["id"]: one["data"] for one in contents["ASM_DATA/lists"]["rules_data"]}
    assert {entry["value"]: entry["expiration"] for entry in lists["blocked_ips"]} == {
        "203.0.113.7": 0, "198.51.100.0/24": 4_000_000_000,
    }  # fmt: skip
    assert lists["blocked_users"] == [{"value": "mallory", "expiration": 0}]
    assert contents["ASM/rule-modes"]["rules_override"][0]["enabled"] is False
    tracing = contents["APM_TRACING/settings-shop-all"]
    assert tracing["lib_config"] == {"tracing_sampling_rate": 0.5}
    assert tracing["service_target"] == {"service": "shop", "env": "*"}
    assert contents["VEDETTE_SETTINGS/settings-shop-all"]["settings"] == {"protection": "block"}
    assert not [path for path in contents if path.startswith("ASM_FEATURES/")]
    other = Tracer(agent, service="basket")
    other.ask()
    assert set(other.contents()) == {"ASM_DATA/lists", "ASM/rule-modes"}


def test_tracers_of_others_are_switched_on_and_off(agent: LocalAgent) -> None:
    change(agent, "PUT", "/api/remote/settings/settings", {"value": {"protection": "block"}})
    change(agent, "PUT", "/api/remote/settings/settings?service=SHOP", {"value": {"protection": "off"}})
    for service, on in (("basket", True), ("shop", False)):
        tracer = Tracer(agent, service=service, products=["ASM_FEATURES", "APM_TRACING"])
        tracer.ask()
        assert tracer.contents() == {"ASM_FEATURES/protection": {"asm": {"enabled": on}}}


def test_versions_grow_and_contents_come_once(agent: LocalAgent) -> None:
    tracer = Tracer(agent)
    change(agent, "PUT", "/api/remote/user/a", {})
    assert tracer.ask()["target_files"]
    change(agent, "PUT", "/api/remote/user/b", {})
    assert tracer.ask()["target_files"]
    assert change(agent, "DELETE", "/api/remote/user/b") == {"removed": True}
    assert tracer.ask()["target_files"], "the first content again, under a version that is higher still"
    change(agent, "PUT", "/api/remote/rule/r", {"value": {"mode": "block"}})
    assert [file["path"].split("/")[2] for file in tracer.ask()["target_files"]] == ["ASM"]
    assert tracer.ask() == {}


def test_what_is_over_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    database = Database(None)
    desk = Desk(database.cursor, None)
    desk.put([Item("address", "203.0.113.7", expires=int(time.time()) + 100), Item("user", "a")])
    assert {item.kind for item in desk._items} == {"address", "user"}
    later = time.time() + 200
    monkeypatch.setattr(time, "time", lambda: later)
    desk.answer({"client": {"id": "x", "client_tracer": {}}})
    assert {item.kind for item in desk._items} == {"user"}
    database.close()


def test_items_key_and_version_last(tmp_path: Path) -> None:
    told = []
    for _ in range(2):
        agent = LocalAgent(Options(data=tmp_path))
        change(agent, "PUT", "/api/remote/user/a", {})
        told.append(agent.client.get("/api/remote").json())
        agent.close()
    assert told[0]["key"] == told[1]["key"]
    assert told[0]["version"] < told[1]["version"]
    assert told[1]["items"]["user"] == 1
    assert (tmp_path / "remote.key").stat().st_mode & 0o077 == 0


def test_a_hundred_thousand_addresses(agent: LocalAgent) -> None:
    addresses = [f"10.{a}.{b}.{c}" for a in range(10) for b in range(100) for c in range(100)]
    assert change(agent, "POST", "/api/remote/address", addresses)["kept"] == 100_000
    tracer = Tracer(agent)
    tracer.ask()
    assert len(tracer.contents()["ASM_DATA/lists"]["rules_data"][0]["data"]) == 100_000
    found = agent.client.get("/api/remote/address?q=10.9.99.99&limit=10").json()
    assert (found["total"], found["items"][0]["id"]) == (1, "10.9.99.99")


def test_what_clients_report_is_told(agent: LocalAgent) -> None:
    tracer, other = Tracer(agent), Tracer(agent, env="test")
    change(agent, "PUT", "/api/remote/user/a", {})
    tracer.ask()
    other.ask()
    told = {one["env"]: one for one in agent.client.get("/api/remote").json()["clients"]}
    assert (told["prod"]["waiting"], told["prod"]["applied"]) == (1, 0)
    tracer.ask()
    other.errors = dict.fromkeys(other.files, "no <b>room</b>")
    other.ask()
    told = {one["env"]: one for one in agent.client.get("/api/remote").json()["clients"]}
    assert (told["prod"]["waiting"], told["prod"]["applied"]) == (0, 1)
    assert told["test"]["configs"] == [
        {"product": "ASM_DATA", "id": "lists", "state": "refused", "error": "no <b>room</b>"}
    ]


def test_changes_need_the_token(agent: LocalAgent) -> None:
    for method, path in (("PUT", "/api/remote/user/a"), ("POST", "/api/remote/user"), ("DELETE", "/api/remote/user/a")):
        assert agent.client.request(method, path, json={}).status_code == 403
        headers = {"X-Vedette-Token": agent.token, "Origin": "http://evil.example"}
        assert agent.client.request(method, path, json={}, headers=headers).status_code == 403
    assert agent.client.get("/api/remote/user").json()["total"] == 0


WRONG: list[tuple[str, str, Any, str]] = [
    ("address", "nowhere", {}, "no address"),
    ("address", "0.0.0.0/0", {}, "everybody"),
    ("address", "203.0.113.7", {"expires": 1_000}, "before it begins"),
    ("address", "203.0.113.7", {"for": "long"}, "seconds"),
    ("address", "203.0.113.7", [], "object"),
    ("user", " ", {}, "empty"),
    ("user", "a" * 600, {}, "characters"),
    ("rule", "r", {"value": {"mode": "explode"}}, "mode"),
    ("rule", "r 1", {"value": {"mode": "off"}}, "ids"),
    ("settings", "s", {"value": {"service": "x"}}, "run time"),
    ("settings", "s", {"value": {"protection": "maybe"}}, "protection"),
    ("settings", "s", {}, "object"),
    ("custom-rule", "r", {"value": {"conditions": []}}, "no conditions"),
    ("custom-rule", "r", {"value": {"conditions": [{"operator": "guess"}]}}, "guess"),
    ("exclusion", "e", {"value": {}}, "everything"),
    ("config", "ASM", {"value": {}}, "PRODUCT/name"),
    ("config", "ASM/x", {"value": {"actions": [{"id": "a", "type": "explode"}]}}, "explode"),
    ("nothing", "x", {}, "kind"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "identity", "body", "reason"), WRONG)
def test_wishes_that_make_no_sense(agent: LocalAgent, kind: str, identity: str, body: Any, reason: str) -> None:
    assert reason in refused(agent, "PUT", f"/api/remote/{kind}/{identity}", body)
    assert Tracer(agent).ask()["client_configs"] == []


def test_of_many_all_are_kept_or_none(agent: LocalAgent) -> None:
    assert "nowhere" in refused(agent, "POST", "/api/remote/address", ["203.0.113.7", "nowhere"])
    assert agent.client.get("/api/remote/address").json()["total"] == 0


def test_a_client_of_ours_believes_the_signature(agent: LocalAgent) -> None:
    told = agent.client.get("/api/remote").json()
    answer = Tracer(agent).ask()
    for document in (answer["targets"], *answer["roots"]):
        signed = json.loads(base64.b64decode(document))
        assert signed["signatures"][0]["keyid"] == told["key"]
    assert len(told["key"]) == 64
    assert _native.public_key(bytes(32)) != told["key"]


NAMES = ["client", "state", "client_tracer", "id", "products", "config_states", "cached_target_files", "hashes", "path"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING, ANYTHING, ANYTHING)
def test_no_question_makes_it_fail(desk: Desk, whole: Any, state: Any, files: Any) -> None:
    with contextlib.suppress(Malformed):
        desk.answer(whole)
    client = {"id": "x", "client_tracer": {"service": state}, "state": state, "products": files}
    assert "targets" in desk.answer({"client": client, "cached_target_files": files})


def test_a_full_disk_keeps_no_wish_but_answers_clients(tmp_path: Path, monkeypatch: Any) -> None:
    database = Database(tmp_path)
    desk = Desk(database.cursor, tmp_path)
    desk.put([Item("user", "a"), Item("address", "203.0.113.7", expires=int(time.time()) + 100)])

    def full(cursor: Any, now: int) -> int:
        raise duckdb.IOException("Could not write file: No space left on device\nmore")

    with monkeypatch.context() as broken:
        broken.setattr("vedette.agent.remote.items.expire", full)
        with pytest.raises(NotKept, match=r"can't keep it: .*No space left on device$"):
            desk.put([Item("user", "b")])
        again = Desk(database.cursor, tmp_path)
        assert {item.id for item in again._items} == {"a", "203.0.113.7"}
        version, later = again.version, time.time() + 200
        broken.setattr(time, "time", lambda: later)
        again.answer({"client": {"id": "x", "client_tracer": {}}})
        assert [item.id for item in again._items] == ["a"]
        assert again.version > version
    assert desk.put([Item("user", "b")])
    database.close()


@pytest.fixture(scope="module")
def desk() -> Any:
    """A desk that wants something."""
    database = Database(None)
    made = Desk(database.cursor, None)
    made.put([Item("user", "a")])
    yield made
    database.close()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"client": 7}', b"[" * 100_000, b"\xff"])
def test_questions_that_are_none(agent: LocalAgent, body: bytes) -> None:
    response = agent.client.post("/v0.7/config", content=body)
    assert response.status_code == 400
    assert agent.counters.get("dropped.bad_question") == 1
