"""Users under attack: what the agent makes of the sign-ins of all processes."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

import pytest

from tests.agent.made import row
from vedette.agent.options import Retention
from vedette.agent.store.retention import sweep

NOW = time.time_ns()
SECOND = 1_000_000_000
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"
NUMBERS = itertools.count()


def sign_in(account: str, address: str, succeeded: bool = False, ago: float = 60.0, **more: Any) -> Any:
    """A span that tells of a sign-in, as any Datadog tracer does."""
    event = f"appsec.events.users.login.{'success' if succeeded else 'failure'}."
    attributes = {event + "track": "true", event + "usr.login": account, "client.address": address}
    for name, value in more.items():
        attributes[f"{event}usr.{name}"] = value
    return row(start=NOW - int(ago * SECOND) + next(NUMBERS), attributes=attributes)


def ask(agent: Any, query: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Attacked accounts and attacking addresses, by name."""
    told = agent.client.get(f"/api/users{query}").json()
    return {each["account"]: each for each in told["accounts"]}, {each["address"]: each for each in told["addresses"]}


def test_brute_force_is_seen_over_all_processes(agent):
    agent.store([sign_in("al", ELSEWHERE, process={}) for _ in range(6)])
    agent.store([sign_in("al", ELSEWHERE) for _ in range(6)])
    agent.store([sign_in("bob", HOME) for _ in range(3)])
    accounts, addresses = ask(agent)
    assert list(accounts) == ["al"]
    assert (accounts["al"]["kind"], accounts["al"]["failures"], accounts["al"]["taken"]) == ("brute force", 12, False)
    assert accounts["al"]["deny"] is None  # else whoever attacks an account locks its user out
    assert addresses[ELSEWHERE]["deny"]["line"] == "address 203.0.113.9"


def test_a_distributed_attack_and_a_takeover(agent):
    agent.store([sign_in("al", HOME, succeeded=True, ago=9000)])
    agent.store([sign_in("al", f"203.0.113.{number}", exists="true") for number in range(6)])
    agent.store([sign_in("al", HOME, succeeded=True, ago=50)])
    assert ask(agent)[0]["al"]["taken"] is False  # it is used to that address
    agent.store([sign_in("al", "203.0.113.3", succeeded=True, ago=40)])
    found = ask(agent)[0]["al"]
    assert (found["kind"], found["addresses"], found["taken"]) == ("many addresses", 6, True)
    assert found["deny"]["line"] == "user al"
    page = agent.client.get("/users").text
    assert "likely taken over" in page
    assert found["taken_href"] in page


def test_credential_stuffing(agent):
    agent.store([sign_in(f"user-{number}", ELSEWHERE, exists="false") for number in range(12)])
    agent.store([sign_in("al", ELSEWHERE, succeeded=True, ago=30)])
    accounts, addresses = ask(agent)
    found = addresses[ELSEWHERE]
    assert (found["kind"], found["accounts"], found["unknown_accounts"]) == ("credential stuffing", 12, 12)
    assert (found["entered"], found["more_tried"]) == (["al"], 9)
    assert (accounts["al"]["taken"], accounts["al"]["kind"]) == (True, "credential stuffing")
    assert accounts["al"]["deny"]["line"] == "user al"


def test_an_office_is_no_attacker(agent):
    agent.store([sign_in(f"user-{number}", HOME, succeeded=True) for number in range(40)])
    agent.store([sign_in(f"user-{number}", HOME) for number in range(12)])
    assert ask(agent) == ({}, {})


def test_failures_count_within_minutes(agent):
    agent.store([sign_in("al", ELSEWHERE, ago=100 * number) for number in range(30)])
    assert ask(agent) == ({}, {})


def test_an_address_of_our_own_is_not_to_be_denied(agent):
    agent.store([sign_in("al", "10.0.0.1") for _ in range(12)])
    assert ask(agent)[1]["10.0.0.1"]["deny"] is None


def test_period_service_and_environment(agent):
    agent.store([sign_in("al", ELSEWHERE, ago=7200) for _ in range(12)])
    assert ask(agent) == ({}, {})
    assert list(ask(agent, "?t=6h")[0]) == ["al"]
    assert list(ask(agent, "?t=6h&service=shop")[0]) == ["al"]
    assert ask(agent, "?t=6h&service=other") == ({}, {})
    assert ask(agent, "?t=6h&env=prod") == ({}, {})


def test_the_page_leads_to_the_traces(agent):
    agent.store([sign_in('a"l', ELSEWHERE) for _ in range(12)])
    page = agent.client.get("/users").text
    (address,) = set(re.findall(r'class="main"><a href="(/\?[^"]*login[^"]*)"', page))
    assert 'class="what"' in agent.client.get(address.replace("&amp;", "&")).text


@pytest.mark.parametrize("account", ["<script>alert(1)</script>", "\ud800", "x" * 5_000, '"', "\0", "%s{window}"])
def test_hostile_names_are_shown_as_they_are(agent, account):
    agent.store([sign_in(account, "<b>here</b>") for _ in range(12)])
    page = agent.client.get("/users")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>here" not in page.text


FAILURE = "appsec.events.users.login.failure.track"


@pytest.mark.parametrize("told", ["", "{}", [], {FAILURE: {"a": 1}}, {"x": FAILURE}, {FAILURE: "true"}])
def test_odd_attributes_store_all_the_same(agent, told):
    agent.store([row(attributes=told)])
    assert agent.counters.dropped() == 0
    assert ask(agent) == ({}, {})


def test_without_sign_ins_the_page_says_who_tells_of_them(agent):
    page = agent.client.get("/users").text
    assert "No sign-ins in this period" in page
    assert "track_login_failure" in page


def deny(agent: Any, **form: str) -> str:
    """Sends the form of a button; the page that comes back."""
    return str(agent.client.post("/users?t=1h", data=form, headers={"X-Vedette-Token": agent.token}).text)


def test_a_button_denies(agent):
    agent.store([sign_in(f"user-{number}", ELSEWHERE) for number in range(12)])
    agent.store([sign_in("al", ELSEWHERE, succeeded=True, ago=30)])
    page = agent.client.get("/users").text
    assert page.count('class="button" type="submit"') == 2
    page = deny(agent, kind="address", id=ELSEWHERE)
    assert f"{ELSEWHERE} saved" in page
    assert deny(agent, kind="user", id="al").count(">denied</a>") == 2
    lists = agent.client.get("/deny-lists").text
    assert ELSEWHERE in lists
    assert "attack on accounts" in lists


@pytest.mark.parametrize(
    "form", [{}, {"kind": "settings", "id": "x"}, {"kind": "address", "id": "nowhere"}, {"kind": "user"}]
)
def test_denials_that_make_no_sense(agent, form):
    agent.store([sign_in("al", ELSEWHERE)])
    page = deny(agent, **form)
    assert 'class="problem"' in page
    assert "The lists are empty" in agent.client.get("/deny-lists").text


def test_denying_needs_the_token(agent):
    assert agent.client.post("/users", data={"kind": "user", "id": "al"}).status_code == 403


def test_sign_ins_go_with_the_last_of_their_spans(agent):
    agent.store([sign_in("al", ELSEWHERE) for _ in range(3)])
    cursor = agent.database.cursor()
    assert cursor.execute("SELECT count(*) FROM sign_ins").fetchone() == (3,)
    assert sweep(cursor, Retention(age=0), in_memory=True)["age"] == 3
    assert cursor.execute("SELECT count(*) FROM sign_ins").fetchone() == (0,)
