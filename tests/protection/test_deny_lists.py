"""Deny lists of settings: addresses, networks, users, sessions, entries that end, and what can't be read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.protection.conftest import triggers
from vedette._native import Inspection, enclosing
from vedette.operations import IncomingRequest
from vedette.protection import rule_file
from vedette.protection.deny_lists import deny_lists
from vedette.settings import load


def asked(address: str, query: str = "") -> int:
    """Status of a request from an address; its user and session are those of the query."""
    app = Flask("denied")

    @app.route("/")
    def route() -> str:
        from flask import request

        operation = enclosing(IncomingRequest)
        if operation is not None and request.args:
            operation.protection.inspect(dict(request.args.items()))
        return "fine"

    return app.test_client().get(f"/{query}", environ_base={"REMOTE_ADDR": address}).status_code


def test_addresses_and_networks(protected: Any, spans: Any) -> None:
    protected("block", deny_addresses="192.0.2.7, 2001:db8::/32")
    assert [asked(address) for address in ("192.0.2.7", "2001:db8::9", "192.0.2.8")] == [403, 403, 200]
    found = triggers(spans)
    assert [trigger["rule"]["tags"]["type"] for trigger in found] == ["block_ip", "block_ip"]


def test_monitoring_tells_only(protected: Any, findings: Any) -> None:
    protected("monitor", deny_addresses="192.0.2.7")
    assert asked("192.0.2.7") == 200
    assert [found[0] for found in findings()] == ["block_ip"]


def test_they_are_ones_own_rules(protected: Any) -> None:
    protected("rules", deny_addresses="192.0.2.7")
    assert asked("192.0.2.7") == 403


@pytest.mark.parametrize(("query", "option"), [("?usr.id=eve", "deny_users"), ("?usr.session_id=eve", "deny_sessions")])
def test_users_and_sessions(protected: Any, query: str, option: str) -> None:
    protected("block", **{option: "mallory,eve"})
    assert (asked("192.0.2.7", query), asked("192.0.2.7", f"{query}lyn")) == (403, 200)


def test_entries_end(protected: Any) -> None:
    soon = int(time.time()) + 1_000
    protected("block", deny_addresses=f"192.0.2.7 until 2020-01-31T12:00:00Z, 192.0.2.8 until {soon}")
    assert (asked("192.0.2.7"), asked("192.0.2.8")) == (200, 403)


def test_allowed_addresses_are_told_and_pass(protected: Any, findings: Any) -> None:
    protected("block", deny_addresses="192.0.2.0/24", allow_addresses="192.0.2.7")
    attack = "?q=%3Cscript%3Ealert(1)%3C/script%3E"
    assert (asked("192.0.2.7", attack), asked("192.0.2.8")) == (200, 403)
    assert {found[-1] for found in findings()} == {False, True}


def test_files_with_rules_of_ones_own(protected: Any, tmp_path: Path) -> None:
    rules, denied = tmp_path / "rules.json", tmp_path / "denied"
    rules.write_text('{"version": "2.2", "rules": []}')
    denied.write_text("# ours\naddress 192.0.2.7   # a scanner\n\nsession abc\naddress 192.0.2.9 until 1\n")
    protected("block", protection_rules=str(rules), deny_list=str(denied))
    assert [asked(address) for address in ("192.0.2.7", "192.0.2.9")] == [403, 200]
    assert asked("192.0.2.1", "?usr.session_id=abc") == 403


def test_what_can_not_be_read_is_told_and_the_rest_counts(protected: Any, tmp_path: Path, caplog: Any) -> None:
    denied = tmp_path / "denied"
    denied.write_text("address\nplanet mars\naddress somewhere\naddress 192.0.2.9 until soon\naddress 192.0.2.7\n")
    protected("block", deny_list=str(denied), deny_addresses="nowhere")
    assert asked("192.0.2.7") == 403
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert all(text in told for text in ("planet mars", "192.0.2.9 until soon", "nowhere", "and 1 more"))
    assert deny_lists(load({"deny_list": str(tmp_path / "missing")})) is None


def test_a_hundred_thousand_entries() -> None:
    entries = ",".join(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(100_000))
    rules = rule_file.read_rules(None, lists=deny_lists(load({"deny_addresses": entries})))
    found = [Inspection(rules, 1.0, 20, 100).evaluate({"http.client_ip": f"10.1.134.{last}"})[0] for last in (159, 160)]
    assert [len(each) for each in found] == [1, 0]
