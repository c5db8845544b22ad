"""Attacks: counted, explained, replayed, excluded, and judged under other modes."""

from __future__ import annotations

import html
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent import shop
from vedette._native import Inspection, Rules
from vedette.agent.panels.attack import attack, chosen, counted, why
from vedette.agent.panels.curl import curl, quoted
from vedette.agent.panels.exclusion import exclusion
from vedette.agent.panels.marked import marked, visible
from vedette.agent.panels.what_if import Change, what_if

RULES = Path("src/vedette/protection/rules/default.json")


def read(trace):
    """The attack of a made trace."""
    span = trace.rows[0]._asdict()
    return attack(
        {**span, **{name: json.loads(span[name] or "{}") for name in ("attributes", "structures")}, "events": []}
    )


STOPPED, PASSED = read(shop.attack(1, True)), read(shop.attack(1, False))
SCAN = read(shop.attack(1, False, "203.0.113.1", "vdt-scan-001", stops=False))
ALL = [STOPPED, PASSED, SCAN]


def test_an_attack_says_who_where_and_what():
    assert (PASSED.endpoint, PASSED.address, PASSED.user) == ("GET /search/<int:page>", "203.0.113.9", "u-17")
    assert STOPPED.endpoint == "GET /search/3"  # refused before it had a route
    assert counted(ALL, "address", 5) == [("203.0.113.9", 2, 1), ("203.0.113.1", 1, 0)]
    assert chosen(ALL, {"rule": "vdt-sqli-001", "verdict": "passed"}) == [PASSED]


@pytest.mark.parametrize(
    ("found", "text"),
    [(STOPPED, "Stopped"), (PASSED, "only monitors"), (SCAN, "reports only")],
)
def test_each_verdict_has_its_reason(found, text):
    assert text in why(found, found.findings[0])


def test_what_matched_is_marked_and_nothing_is_unseen():
    assert [tuple(part) for part in marked("a' OR 1", "' or")] == [(False, "a"), (True, "' OR"), (False, " 1")]
    assert visible("a\x00b\u202ec\x7f") == "a\u2400b[U+202E]c\u2421"
    assert "".join(part.text for part in marked("x" * 500 + "hit" + "y" * 500, "hit", short=True)) == (
        "…" + "x" * 80 + "hit" + "y" * 80 + "…"
    )


def evaluated(rules: Rules, uri: str) -> set[str]:
    value = "x' or '1'='1' --"
    inspection = Inspection(rules, 1.0, 20, 1000)
    found, _ = inspection.evaluate({"server.request.uri.raw": uri, "server.request.query": {"q": [value]}})
    return {finding["rule_id"] for finding in found}


def test_the_exclusion_takes_effect_on_its_route_alone():
    snippet = json.dumps(
        {"version": "2.2", "rules": [], "exclusions": [exclusion(PASSED, PASSED.findings[0])]}
    ).encode()
    rules = Rules(RULES.read_bytes(), snippet)
    assert not [failure for failure in rules.failures if "exclude" in failure[0]]
    assert "vdt-sqli-001" in evaluated(Rules(RULES.read_bytes()), "/search/3?q=x")
    assert "vdt-sqli-001" not in evaluated(rules, "/search/3?q=x")
    assert "vdt-sqli-001" in evaluated(rules, "/search/3/more?q=x")
    assert "vdt-sqli-001" in evaluated(rules, "/other?q=x")


@pytest.mark.parametrize(
    ("change", "found", "blocked", "freed", "stopped"),
    [
        (Change(), 3, 1, 0, 0),
        (Change(mode="block"), 3, 2, 0, 1),
        (Change(mode="monitor"), 3, 0, 1, 0),
        (Change(rule="vdt-sqli-001"), 1, 0, 1, 0),
        (Change(rule="vdt-sqli-001", endpoint="GET /search/3"), 2, 0, 1, 0),
        (Change(parameter="server.request.query / q"), 0, 0, 1, 0),
        (Change(parameter="server.request.query / qq"), 3, 1, 0, 0),
        (Change(mode="block", service="other"), 3, 1, 0, 0),
    ],
)
def test_what_if(change, found, blocked, freed, stopped):
    outcome = what_if(ALL, change)
    assert (outcome.found, outcome.blocked, len(outcome.freed), len(outcome.stopped)) == (
        found,
        blocked,
        freed,
        stopped,
    )


def test_curl_repeats_the_request():
    words = shlex.split(curl(PASSED.span, PASSED.findings))
    assert words[:2] == ["curl", "-i"]
    assert words[-1] == "http://shop.example/search/3?q=x%27%20or%20%271%27%3D%271%27%20--"
    assert "user-agent: curl/8" in words


@given(st.text(max_size=60))
@settings(max_examples=15)
def test_whatever_a_span_says_is_one_word_of_the_shell(text):
    text = "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
    command = f"printf %s {quoted(text)}"
    assert not re.search(r"[\x00-\x1f\x7f]", command)
    said = subprocess.run(["bash", "-c", command], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert said.stdout.decode() == text


@pytest.mark.parametrize("name", ["http.request.header.x-shop", "http.request.headers.x-shop"])
def test_headers_that_were_recorded_are_sent(name):
    said = {"http.request.method": "POST", "url.full": "http://a/", name: "a'b"}
    assert shlex.split(curl({"attributes": said})) == ["curl", "-i", "-X", "POST", "-H", "x-shop: a'b", "http://a/"]


def test_curl_sends_no_file_and_asks_once():
    said = {"http.request.method": "POST", "url.full": "http://a/[1-9]{b,c}"}
    findings = [{"matches": [{"address": "request.body", "value": "@/etc/passwd"}]}]
    told = ["curl", "-i", "-g", "-X", "POST", "--data-raw", "@/etc/passwd", "http://a/[1-9]{b,c}"]
    assert shlex.split(curl({"attributes": said}, findings)) == told


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "-o/tmp/x", ""])
def test_curl_is_offered_for_web_addresses_alone(url):
    assert curl({"attributes": {"http.request.method": "GET", "url.full": url}}) == ""
    assert curl({"attributes": {"http.request.method": "GET; rm", "url.full": "http://a"}}) == ""


def test_the_panel_counts_filters_and_opens(agent):
    agent.store(shop.day())
    page = agent.client.get("/attacks").text
    assert "203.0.113.9" in page
    assert "<mark>&#39; or &#39;1&#39;=&#39;</mark>" in page
    one = agent.client.get("/attacks?address=203.0.113.1").text
    assert "vdt-scan-001" in one
    assert "vdt-sqli-001" not in one
    page = agent.client.get("/attacks?address=203.0.113.9").text
    address = html.unescape(re.search(r'href="(/attacks/[0-9a-f]{32}/[0-9a-f]{16}[^"]*)"', page).group(1))
    opened = agent.client.get(address).text
    for told in ("CWE-89", "It continues a statement.", "Open in its trace", "Others from", "rules_target", "curl -i"):
        assert told in opened
    assert "As recorded" in agent.client.get("/attacks/what-if?mode=block").text


@pytest.mark.parametrize("address", ["/attacks/x/y", "/attacks/1/2", "/attacks/" + "0" * 40 + "/1"])
def test_attacks_that_are_not_there(agent, address):
    assert agent.client.get(address).status_code == 404
