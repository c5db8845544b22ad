"""The panels of remote configuration: forms change what is wanted, and say what became of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.agent.conftest import LocalAgent
from tests.agent.test_remote import Tracer, change

EVIL = "<script>alert(1)</script>\"'>"


def post(agent: LocalAgent, path: str, **form: str) -> str:
    """Sends a form with the page's token; the page that comes back."""
    shown = agent.client.get(path).text
    token = re.search(r'"X-Vedette-Token": "([^"]+)"', shown)
    assert token is not None
    response = agent.client.post(path, data=form, headers={"X-Vedette-Token": token.group(1)})
    assert response.status_code == 200, response.text
    return response.text


def told(page: str) -> str:
    """What the page says of the change."""
    found = re.search(r'<div class="said"[^>]*>(.*?)</div>', page, re.S)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found.group(1)).strip()


def wanted(agent: LocalAgent, **about: str) -> dict[str, Any]:
    """What a tracer gets."""
    tracer = Tracer(agent, **about)
    tracer.ask()
    return tracer.contents()


def test_entries_are_added_and_removed(agent: LocalAgent) -> None:
    page = post(
        agent,
        "/deny-lists",
        kind="address",
        lasting="3600",
        entries="203.0.113.7, 203.0.113.8\n# none\n2001:db8::/32 # all",
    )
    assert told(page) == "3 entries saved"
    assert "203.0.113.8" in page
    (addresses,) = wanted(agent)["ASM_DATA/lists"]["rules_data"]
    assert [entry["value"] for entry in addresses["data"]] == ["2001:db8::/32", "203.0.113.7", "203.0.113.8"]
    assert all(entry["expiration"] > 0 for entry in addresses["data"])
    assert told(post(agent, "/deny-lists", remove="address", id="2001:db8::/32")) == "2001:db8::/32 removed"
    assert told(post(agent, "/deny-lists", remove="address", id="2001:db8::/32")) == "It was gone."
    assert len(wanted(agent)["ASM_DATA/lists"]["rules_data"][0]["data"]) == 2


def test_what_makes_no_sense_stays_in_the_form(agent: LocalAgent) -> None:
    page = post(agent, "/deny-lists", kind="address", lasting="0", entries="203.0.113.7\nnowhere")
    assert "nowhere" in told(page)
    assert "203.0.113.7\nnowhere</textarea>" in page
    assert wanted(agent) == {}
    for form in ({"kind": "x", "entries": "a"}, {"kind": "user", "entries": "# no"}, {"kind": "user", "lasting": "-1"}):
        assert told(post(agent, "/deny-lists", **form))


def test_another_panel_suggests_an_entry(agent: LocalAgent) -> None:
    page = agent.client.get("/deny-lists?kind=user&value=mallory&reason=attack+on+accounts").text
    assert ">mallory</textarea>" in page
    assert '<option value="user" selected>' in page
    assert 'value="attack on accounts"' in page


def test_settings_are_added_to_those_there_are(agent: LocalAgent) -> None:
    post(agent, "/remote", service="shop", protection="block", more='{"tags": {"a": "b"}}')
    page = post(agent, "/remote", service="shop", sample_rate="12.5 %", logs_injection="false")
    assert "12.5 %" in page
    found = wanted(agent)
    assert found["VEDETTE_SETTINGS/settings-shop-all"]["settings"] == {"protection": "block"}
    library = found["APM_TRACING/settings-shop-all"]["lib_config"]
    assert library == {"tracing_sampling_rate": 0.125, "log_injection_enabled": False, "tracing_tags": ["a:b"]}
    for form in ({}, {"sample_rate": "much"}, {"sample_rate": "500"}, {"more": "{"}, {"more": '{"service": "x"}'}):
        assert told(post(agent, "/remote", **form))
    post(agent, "/remote", remove="settings", id="settings", service="shop")
    assert wanted(agent) == {}


def test_rules_exclusions_and_own_rules(agent: LocalAgent) -> None:
    page = post(agent, "/rules", what="rule", id="vdt-sqli-001", mode="monitor")
    assert "1 changed" in page
    post(
        agent,
        "/rules",
        what="exclusion",
        rule="vdt-xss-001",
        route="/users/<int:id>/notes",
        source="body",
        parameter="text",
    )
    page = post(agent, "/rules", what="custom-rule", id="own-1", rule='{"conditions": [{"operator": "guess"}]}')
    assert "guess" in told(page)
    rule = '{"name": "Z", "conditions": [{"operator": "exists", "parameters": {"inputs": [{"address": "usr.id"}]}}]}'
    assert told(post(agent, "/rules", what="custom-rule", id="own-1", rule=rule)) == "own-1 saved"
    found = wanted(agent)
    assert found["ASM/rule-modes"]["rules_override"] == [
        {"rules_target": [{"rule_id": "vdt-sqli-001"}], "enabled": True, "on_match": []}
    ]
    (exclusion,) = found["ASM/exclusions"]["exclusions"]
    assert exclusion["inputs"] == [{"address": "server.request.body", "key_path": ["text"]}]
    pattern = exclusion["conditions"][0]["parameters"]["regex"]
    assert [bool(re.search(pattern, path)) for path in ("/users/7/notes?a=1", "/users/7/notes/9", "/users/")] == [
        True,
        False,
        False,
    ]
    assert found["ASM/custom-rules"]["custom_rules"][0]["id"] == "own-1"
    assert told(post(agent, "/rules", what="exclusion"))
    assert told(post(agent, "/rules", what="nonsense"))


def test_an_exclusion_as_an_attack_offers_it(agent: LocalAgent) -> None:
    file = '{"exclusions": [{"id": "e", "rules_target": [{"rule_id": "vdt-sqli-001"}]}]}'
    assert told(post(agent, "/rules", what="exclusion-as-told", file=file)) == "e saved"
    assert wanted(agent)["ASM/exclusions"]["exclusions"][0]["id"] == "e"
    for bad in ("", "{", "[]", '{"exclusions": []}', '{"exclusions": [7]}'):
        assert told(post(agent, "/rules", what="exclusion-as-told", file=bad))


def test_the_page_says_who_has_it(agent: LocalAgent) -> None:
    assert "No process asks" in agent.client.get("/deny-lists").text
    change(agent, "PUT", "/api/remote/user/mallory", {})
    tracer = Tracer(agent)
    tracer.ask()
    assert "On its way to 1 of 1 process" in agent.client.get("/deny-lists").text
    tracer.ask()
    assert "In force in the one process" in agent.client.get("/deny-lists").text
    tracer.errors = dict.fromkeys(tracer.files, EVIL)
    tracer.ask()
    page = agent.client.get("/deny-lists").text
    assert "Refused by 1" in page
    assert EVIL not in page


@pytest.mark.parametrize("path", ["/deny-lists", "/rules", "/remote"])
def test_everything_is_escaped(agent: LocalAgent, path: str) -> None:
    change(agent, "PUT", "/api/remote/user/x", {"note": EVIL, "service": EVIL})
    change(agent, "POST", "/api/remote/user", [EVIL])
    change(agent, "PUT", "/api/remote/settings/s", {"value": {"tags": {EVIL: EVIL}}, "service": EVIL})
    rule = {"name": EVIL, "conditions": [{"operator": "exists", "parameters": {"inputs": [{"address": EVIL}]}}]}
    change(agent, "PUT", "/api/remote/custom-rule/r", {"value": rule})
    change(agent, "PUT", "/api/remote/exclusion/e", {"value": {"rules_target": [{"rule_id": EVIL}]}, "note": EVIL})
    Tracer(agent, service=EVIL, env=EVIL).ask()
    for address in (path, f"{path}?q=%3Cscript%3Ealert(1)%3C/script%3E"):
        assert "<script>alert" not in agent.client.get(address).text
    for form in ({"kind": "address", "entries": EVIL}, {"what": "rule", "id": EVIL, "mode": EVIL}, {"more": EVIL}):
        assert "<script>alert" not in post(agent, path, **form)


@pytest.mark.parametrize("path", ["/deny-lists", "/rules", "/remote"])
def test_forms_need_the_token(agent: LocalAgent, path: str) -> None:
    assert agent.client.post(path, data={"kind": "user", "entries": "a"}).status_code == 403
