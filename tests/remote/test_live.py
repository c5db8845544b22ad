"""A running application follows what the backend hands out, and goes back when it is taken away."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from tests.remote.backend import PATIENCE, Backend
from tests.remote.conftest import App

Start = Callable[..., App]


def capabilities(question: dict[str, Any]) -> set[int]:
    """The bits that a question has set."""
    number = int.from_bytes(base64.b64decode(question["client"]["capabilities"]), "big")
    return {bit for bit in range(number.bit_length()) if number >> bit & 1}


def library(**options: Any) -> dict[str, Any]:
    """A configuration of APM_TRACING for the application."""
    return {"action": "enable", "service_target": {"service": "SHOP", "env": "*"}, "lib_config": options}


def test_who_asks_and_what_it_understands(backend: Backend, start: Start) -> None:
    start(backend.url, DD_TAGS="team:a", VEDETTE_VERSION="1.2")
    last = backend.wait(lambda question: len(capabilities(question)) > 1)
    first = backend.asked[0]["client"]
    assert capabilities(backend.asked[0]) == {19}, "of a fresh tracer, tracing_enabled is expected and nothing else"
    assert {1, 2, 4, 8, 12, 13, 14, 15, 19, 21, 29, 45} <= capabilities(last)
    assert first["is_tracer"]
    assert first["state"]["root_version"] == 1
    assert first["state"]["targets_version"] == 0
    tracer = first["client_tracer"]
    assert (tracer["service"], tracer["env"], tracer["app_version"], tracer["language"], tracer["tags"]) == (
        "Shop", "test", "1.2", "python", ["team:a"],
    )  # fmt: skip
    assert {"APM_TRACING", "ASM_FEATURES", "ASM_DATA", "AGENT_TASK"} <= set(first["products"])
    assert last["client"]["state"]["backend_client_state"] == "c3RhdGU="


def test_tracing_options_are_put_in_force_and_taken_back(backend: Backend, start: Start) -> None:
    app = start(backend.url, DD_TRACE_SAMPLE_RATE="0.5", DD_TAGS="team:a")
    rules = [{"service": "shop", "provenance": "customer", "resource": "*", "tags": [], "sample_rate": 0.3}]
    path = backend.put(
        "APM_TRACING",
        "one",
        library(
            tracing_sampling_rate=0.1,
            log_injection_enabled=False,
            tracing_header_tags=[{"header": "X-Test", "tag_name": "test"}],
            tracing_tags=["team:b"],
            tracing_sampling_rules=rules,
        ),
    )
    backend.state_of(path)
    state = app.state()
    assert (state["sample_rate"], state["logs_injection"], state["tags"]) == (0.1, False, {"team": "b"})
    assert (state["header_tags"], state["rules"]) == ({"x-test": "test"}, rules)
    backend.remove(path)
    backend.gone(path)
    assert_becomes(app, sample_rate=0.5, logs_injection=True, tags={"team": "a"}, header_tags={}, rules=[])


def test_a_change_is_in_force_within_one_question(backend: Backend, start: Start) -> None:
    start(backend.url)
    backend.wait(lambda question: len(capabilities(question)) > 1)
    path = backend.put("APM_TRACING", "one", library(tracing_sampling_rate=0.1))
    before = len(backend.asked)
    backend.state_of(path)
    told = next(n for n, asked in enumerate(backend.asked) if asked["client"]["state"]["config_states"])
    assert told <= before + 1, "the next question fetches it, and the one after that tells that it is applied"
    assert backend.asked[told]["client"]["state"]["config_states"][0]["apply_state"] == 2


def test_tracing_is_switched_off_and_on(backend: Backend, start: Start) -> None:
    app = start(backend.url)
    path = backend.put("APM_TRACING", "one", library(tracing_enabled=False))
    backend.state_of(path)
    assert app.state()["enabled"] is False
    backend.remove(path)
    backend.gone(path)
    assert_becomes(app, enabled=True)


def test_the_most_exact_target_counts(backend: Backend, start: Start) -> None:
    app = start(backend.url)
    everybody = backend.put("APM_TRACING", "all", {"service_target": {"service": "*", "env": "*"}, "lib_config": {
        "tracing_sampling_rate": 0.9, "log_injection_enabled": False}})  # fmt: skip
    exact = backend.put("APM_TRACING", "exact", {"service_target": {"service": "shop", "env": "TEST"}, "lib_config": {
        "tracing_sampling_rate": 0.2}})  # fmt: skip
    other = backend.put("APM_TRACING", "other", {"service_target": {"service": "basket", "env": "*"}, "lib_config": {
        "tracing_sampling_rate": 0.7}})  # fmt: skip
    for path in (everybody, exact, other):
        backend.state_of(path)
    assert_becomes(app, sample_rate=0.2, logs_injection=False)
    backend.remove(exact)
    backend.gone(exact)
    assert_becomes(app, sample_rate=0.9)


def test_protection_is_switched_on_where_it_was_off_and_off_again(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="off")
    off = backend.wait(lambda question: len(capabilities(question)) > 1)
    assert 1 in capabilities(off)
    assert 2 not in capabilities(off)
    assert "ASM_DATA" not in off["client"]["products"]
    state = app.state()
    assert (state["listeners"], state["protection_imported"]) == (0, False)
    path = backend.put("ASM_FEATURES", "switch", {"asm": {"enabled": True}})
    backend.wait(lambda question: {1, 2, 21} <= capabilities(question) and "ASM_DATA" in question["client"]["products"])
    state = app.state()
    assert state["protection"] == "rules"
    assert state["listeners"] > 0
    deny = backend.put("ASM_DATA", "deny", deny_list("203.0.113.7"))
    backend.state_of(deny)
    assert app.get("/", client="203.0.113.7")[0] == 403
    backend.put("ASM_FEATURES", "switch", {"asm": {"enabled": False}})
    backend.state_of(path)
    assert_becomes(app, protection="off", listeners=0)
    assert app.get("/", client="203.0.113.7")[0] == 200
    backend.wait(lambda question: 2 not in capabilities(question) and "ASM_DATA" not in question["client"]["products"])


def deny_list(*addresses: str, expiration: int = 0) -> dict[str, Any]:
    """A list of addresses."""
    data = [{"value": address, "expiration": expiration} for address in addresses]
    return {"rules_data": [{"id": "blocked_ips", "type": "ip_with_expiration", "data": data}]}


def test_deny_lists_are_merged_and_end(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    first = backend.put("ASM_DATA", "one", deny_list("203.0.113.7"))
    second = backend.put("ASM_DATA", "two", deny_list("198.51.100.0/24"))
    over = backend.put("ASM_DATA", "over", deny_list("192.0.2.9", expiration=1_000))
    for path in (first, second, over):
        backend.state_of(path)
    statuses = [app.get("/", client=address)[0] for address in ("203.0.113.7", "198.51.100.200", "192.0.2.9")]
    assert statuses == [403, 403, 200]
    backend.remove(second)
    backend.gone(second)
    assert [app.get("/", client=address)[0] for address in ("203.0.113.7", "198.51.100.200")] == [403, 200]


def test_a_hundred_thousand_entries(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    addresses = [f"10.{a}.{b}.{c}" for a in range(10) for b in range(100) for c in range(100)]
    backend.state_of(backend.put("ASM_DATA", "many", deny_list(*addresses, "203.0.113.99")))
    assert app.get("/", client="203.0.113.99")[0] == 403
    assert app.get("/", client="203.0.113.98")[0] == 200


def test_rules_overrides_exclusions_actions(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    condition = {
        "operator": "match_regex",
        "parameters": {"inputs": [{"address": "server.request.query"}], "regex": "zebra"},
    }
    rule = {
        "id": "own-1",
        "name": "Zebras",
        "tags": {"type": "own", "category": "attack_attempt"},
        "conditions": [condition],
        "on_match": ["block"],
    }
    backend.state_of(backend.put("ASM", "rules", {"custom_rules": [rule]}))
    assert app.get("/search?q=zebra")[0] == 403
    backend.state_of(backend.put("ASM", "answers", {"actions": [
        {"id": "block", "type": "block_request", "parameters": {"status_code": 418, "type": "json"}}]}))  # fmt: skip
    assert app.get("/search?q=zebra")[0] == 418
    override = backend.put(
        "ASM", "override", {"rules_override": [{"rules_target": [{"rule_id": "own-1"}], "enabled": False}]}
    )
    backend.state_of(override)
    assert app.get("/search?q=zebra")[0] == 200
    backend.remove(override)
    backend.gone(override)
    assert app.get("/search?q=zebra")[0] == 418
    inputs = [{"address": "server.request.query", "key_path": ["q"]}]
    exclusion = {"id": "e", "rules_target": [{"rule_id": "own-1"}], "inputs": inputs}
    backend.state_of(backend.put("ASM", "exclusion", {"exclusions": [exclusion]}))
    assert app.get("/search?q=zebra")[0] == 200
    assert app.get("/search?other=zebra")[0] == 418


def test_rule_sets_take_the_place_of_the_built_in_one(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    attack = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"
    assert app.get(attack)[0] == 403

    def rules(identity: str, word: str) -> dict[str, Any]:
        condition = {
            "operator": "phrase_match",
            "parameters": {"inputs": [{"address": "server.request.query"}], "list": [word]},
        }
        rule = {
            "id": identity,
            "name": word,
            "tags": {"type": "t", "category": "c"},
            "conditions": [condition],
            "on_match": ["block"],
        }
        return {"version": "2.2", "rules": [rule]}

    paths = [backend.put("ASM_DD", word, rules(word, word)) for word in ("zebra", "quagga")]
    for path in paths:
        backend.state_of(path)
    assert [app.get(f"/search?q={word}")[0] for word in ("zebra", "quagga")] == [403, 403]
    assert app.get(attack)[0] == 200
    for path in paths:
        backend.remove(path)
        backend.gone(path)
    assert app.get(attack)[0] == 403


def test_own_settings(backend: Backend, start: Start) -> None:
    app = start(backend.url)
    attack = "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"
    assert app.get(attack)[0] == 200
    path = backend.put("VEDETTE_SETTINGS", "mode", {"settings": {"protection": "block", "sample_rate": 0.25}})
    backend.state_of(path)
    assert app.get(attack)[0] == 403
    assert app.state()["sample_rate"] == 0.25
    backend.remove(path)
    backend.gone(path)
    assert app.get(attack)[0] == 200
    assert app.state()["sample_rate"] is None


def test_what_cannot_be_used_is_refused_and_told_and_the_rest_stays(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block")
    good = backend.put("ASM_DATA", "good", deny_list("203.0.113.7"))
    backend.state_of(good)
    bad = {
        ("ASM", "action"): {"actions": [{"id": "x", "type": "explode"}]},
        ("ASM", "rule"): {"custom_rules": [{"id": "r", "conditions": [{"operator": "guess", "parameters": {}}]}]},
        ("ASM_DATA", "address"): deny_list("nowhere"),
        ("ASM_DATA", "form"): {"rules_data": 7},
        ("APM_TRACING", "rate"): library(tracing_sampling_rate="much"),
        ("APM_TRACING", "form"): [],
        ("VEDETTE_SETTINGS", "unknown"): {"settings": {"colour": "red"}},
        ("VEDETTE_SETTINGS", "fixed"): {"settings": {"service": "other"}},
        ("ASM_FEATURES", "form"): {"asm": {"enabled": "yes"}},
        ("ASM", "json"): b"{",
        ("NOBODY_KNOWS", "it"): {},
    }
    for (product, identity), content in bad.items():
        told = backend.state_of(backend.put(product, identity, content), state=3)
        assert told["apply_error"], (product, identity)
    backend.put("ASM_DATA", "good", {"rules_data": [{"id": "blocked_ips", "data": [{}]}]})
    backend.state_of(good, state=3)
    assert app.get("/", client="203.0.113.7")[0] == 403, "its last good content stays in force"
    assert app.state()["protection"] == "block"


def assert_becomes(app: App, **expected: Any) -> None:
    """The state of the application is, or soon becomes, this: a question may be asked before its answer is applied."""
    import time

    until = time.monotonic() + PATIENCE
    while True:
        state = app.state()
        if {name: state[name] for name in expected} == expected:
            return
        assert time.monotonic() < until, state
        time.sleep(0.02)


def test_traffic_goes_on_while_everything_changes(backend: Backend, start: Start) -> None:
    app = start(backend.url, VEDETTE_PROTECTION="block", DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS="0.05")
    done, statuses = Event(), Counter[int]()

    def traffic() -> None:
        while not done.is_set():
            statuses[app.get("/search?q=hello", client="198.51.100.1")[0]] += 1

    threads = [Thread(target=traffic) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(12):
            mode = {"settings": {"protection": ("block", "off", "monitor")[turn % 3]}}
            path = backend.put("VEDETTE_SETTINGS", "mode", mode)
            backend.put("ASM_DATA", "list", deny_list(f"203.0.113.{turn}"))
            backend.put("APM_TRACING", "rate", library(tracing_sampling_rate=turn / 20, tracing_enabled=turn % 2 == 0))
            backend.state_of(path)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}
    assert statuses[200] > 12
