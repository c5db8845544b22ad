"""Attacks on accounts, told from users who mistype: patterns, thresholds, suggestions, bounds."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from vedette.operations import Login
from vedette.operations.login import FAILURE
from vedette.protection import track_login_failure, track_login_success
from vedette.protection.takeover import Takeover
from vedette.protection.tally import Tallies, Tally
from vedette.settings import load

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Watched:
    """A process's sign-ins, with a clock in the test's hands."""

    def __init__(self, **options: Any) -> None:
        self.now = 1_000.0
        self._takeover = Takeover(load(options), lambda: self.now)

    def __call__(self, account: str, address: str | None, succeeded: bool = False) -> list[str]:
        """One sign-in: the rules of what was found, with what is suggested."""
        found = self._takeover.happened(account, address, succeeded)
        return [f"{each['rule_id']} {each['tags'].get('deny', '-')}" for each in found]

    def fail(self, accounts: Any, addresses: Any) -> list[str]:
        """Failures of these accounts from these addresses, side by side."""
        return [found for account, address in zip(accounts, addresses) for found in self(account, address)]


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_who_mistypes_is_no_attacker(watched: Watched) -> None:
    assert watched.fail(["al"] * 9, [HOME] * 9) == []
    assert watched("al", HOME, succeeded=True) == []
    assert watched.fail(["al"] * 9, [HOME] * 9) == []


def test_brute_force_is_told_at_ten_and_when_it_has_doubled(watched: Watched) -> None:
    found = [watched("al", ELSEWHERE) for _ in range(50)]
    assert [at + 1 for at, told in enumerate(found) if told] == [10, 20, 40]
    assert found[9] == [f"vdt-ato-001 address {ELSEWHERE}"]


def test_a_distributed_attack_on_one_account(watched: Watched) -> None:
    found = watched.fail(["al"] * 5, [f"203.0.113.{number}" for number in range(5)])
    assert found == ["vdt-ato-002 -"]


def test_credential_stuffing_from_one_address(watched: Watched) -> None:
    found = watched.fail([f"user-{number}" for number in range(25)], [ELSEWHERE] * 25)
    assert found == [f"vdt-ato-003 address {ELSEWHERE}"] * 2


def test_an_office_behind_one_address_is_no_attack(watched: Watched) -> None:
    for number in range(40):
        watched(f"user-{number}", ELSEWHERE, succeeded=True)
    assert watched.fail([f"user-{number}" for number in range(30)], [ELSEWHERE] * 30) == []


def test_credential_stuffing_from_many_addresses(watched: Watched) -> None:
    accounts = [f"user-{number}" for number in range(250)]
    addresses = [f"203.0.113.{number}" for number in range(250)]
    assert watched.fail(accounts, addresses) == ["vdt-ato-004 -"]


def test_a_busy_morning_is_no_attack(watched: Watched) -> None:
    for number in range(400):
        assert watched(f"user-{number}", f"198.51.100.{number % 250}", succeeded=number % 3 != 0) == []


def test_a_success_after_an_attack_is_a_likely_takeover(watched: Watched) -> None:
    watched.fail(["al"] * 12, [ELSEWHERE] * 12)
    assert watched("al", ELSEWHERE, succeeded=True) == ["vdt-ato-005 user al"]
    assert watched("al", ELSEWHERE, succeeded=True) == []  # told once


def test_the_user_may_go_on_signing_in_from_a_known_address(watched: Watched) -> None:
    assert watched("al", HOME, succeeded=True) == []
    watched.fail(["al"] * 12, [ELSEWHERE] * 12)
    assert watched("al", HOME, succeeded=True) == []
    assert watched("al", ELSEWHERE, succeeded=True) == ["vdt-ato-005 user al"]


def test_an_address_that_stuffs_and_gets_in(watched: Watched) -> None:
    watched.fail([f"user-{number}" for number in range(15)], [ELSEWHERE] * 15)
    assert watched("al", ELSEWHERE, succeeded=True) == ["vdt-ato-005 user al"]
    assert watched("eve", HOME, succeeded=True) == []


def test_slow_failures_do_not_count_together(watched: Watched) -> None:
    for _ in range(40):
        watched.now += 200
        assert watched("al", HOME) == []


def test_counts_fade_over_the_next_window(watched: Watched) -> None:
    watched.fail(["al"] * 9, [HOME] * 9)
    watched.now += 330  # nine tenths of the window before still count
    assert watched("al", HOME) == []
    assert watched("al", HOME) == [f"vdt-ato-001 address {HOME}"]


def test_the_next_attack_is_told_though_it_is_smaller(watched: Watched) -> None:
    watched.fail(["al"] * 50, [ELSEWHERE] * 50)
    for _ in range(4):  # windows that follow one another, with a failure in each
        watched.now += 300
        watched("al", HOME)
    assert f"vdt-ato-001 address {ELSEWHERE}" in watched.fail(["al"] * 15, [ELSEWHERE] * 15)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.9", "127.0.0.1", "::1", "fe80::1%eth0", "nonsense", None])
def test_addresses_of_our_own_are_not_to_be_denied(watched: Watched, address: str | None) -> None:
    found = watched.fail(["al"] * 10, [address] * 10)
    assert found == ["vdt-ato-001 -"]


def test_thresholds_are_settings() -> None:
    watched = Watched(takeover_account_failures=3, takeover_window=60)
    assert watched.fail(["al"] * 3, [HOME] * 3) == [f"vdt-ato-001 address {HOME}"]


def test_memory_is_bounded() -> None:
    tallies = Tallies(300.0)
    for number in range(50_000):
        tally = tallies.of(f"user-{number}", 1.0)
        for address in range(5):
            tally.failed(f"{number}.{address}")
    assert len(tallies._tallies) == 2_000
    most = tallies.of("user-49999", 1.0)
    for number in range(10_000):
        most.failed(f"address-{number}")
    assert most.others == 64
    assert sys.getsizeof(most._fresh) < 10_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "x", "y"]), st.booleans(), st.floats(0, 700))))
@settings(max_examples=200)
def test_counts_are_never_negative_or_above_what_happened(happened: list[Any]) -> None:
    now, tally = 0.0, Tally(0.0)
    for total, (_, other, succeeded, passed) in enumerate(happened, 1):
        now += passed
        tally.age(now, 300.0)
        _ = tally.succeeded() if succeeded else tally.failed(other)
        assert 0 <= tally.failures <= total
        assert 0.0 <= tally.failure_ratio <= 1.0
        assert tally.others <= 2


def shop() -> Flask:
    app = Flask("accounts")

    @app.route("/in/<name>/<password>")
    def sign_in(name: str, password: str) -> Any:
        if password == "right":
            track_login_success(name, f"id-{name}")
            return "in"
        track_login_failure(name, exists=True)
        return "no", 401

    return app


def test_findings_are_told_on_the_request(protected: Any, spans: Spans) -> None:
    protected("monitor", takeover_account_failures=3)
    app, headers = shop(), {"X-Forwarded-For": "8.8.8.8"}
    for password in ("a", "b", "c", "right"):
        ask(app, f"/in/al/{password}", headers=headers)
    *_, third, success = [span["attributes"] for span in spans()]
    (trigger,) = json.loads(spans.last[2]["structures"]["appsec"])["triggers"]
    assert trigger["rule"]["id"] == "vdt-ato-001"
    assert trigger["rule"]["tags"]["type"] == "brute_force"
    assert trigger["rule_matches"][0]["parameters"][0] == {
        "address": "usr.login",
        "key_path": [],
        "value": "al",
        "highlight": ["al"],
    }
    assert third["appsec.event"] == "true"
    assert third["security.suggested_denials"] == ["address 8.8.8.8"]
    (trigger,) = json.loads(spans.last[3]["structures"]["appsec"])["triggers"]
    assert trigger["rule"]["tags"]["type"] == "account_takeover"
    assert success["security.suggested_denials"] == ["user al"]
    events = [event[1]["security.rule.id"] for event in spans.last[3]["events"] if event[0] == "security.finding"]
    assert events == ["vdt-ato-005"]


def test_what_both_library_and_application_tell_counts_once(protected: Any, spans: Spans) -> None:
    protected("monitor", takeover_account_failures=4)
    app = Flask("twice")

    @app.route("/twice")
    def twice() -> str:
        track_login_failure("al")
        Login(FAILURE, login="al").tell()
        return "no"

    @app.route("/batch")
    def batch() -> str:
        for _ in range(4):
            track_login_failure("bob")
        return "no"

    for path in ("/twice", "/twice", "/twice", "/twice", "/batch"):
        ask(app, path)
    found = ["appsec.event" in span["attributes"] for span in spans()]
    assert found == [False, False, False, True, True]


def test_it_can_be_switched_off(protected: Any, spans: Spans) -> None:
    protected("monitor", takeover_account_failures=2, takeover_detection=False)
    for _ in range(5):
        ask(shop(), "/in/al/wrong")
    assert all("appsec.event" not in span["attributes"] for span in spans())
