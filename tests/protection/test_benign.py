"""Ordinary traffic: nothing is found, whatever part of a request it is in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.protection.shops import CLIENTS

CASES = json.loads((Path(__file__).parent.parent / "cases" / "waf_requests.json").read_text(encoding="utf-8"))["cases"]
BENIGN = [case["value"] for case in CASES if case["expect"] is None and isinstance(case["value"], str)]
ATTACKS = [case for case in CASES if case["expect"] is not None and case["address"] == "server.request.query"]

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Accept-Language": "de-DE,de;q=0.8,en-US;q=0.5,en;q=0.3",
    "Referer": "https://shop.example/search?q=o%27neill&sort=price%20asc&page=2",
    "Cookie": "session=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl; prefs=a%3D1%26b%3D2; _ga=GA1.2.123.456",
    "If-None-Match": 'W/"5f-abc"',
    "Sec-Fetch-Mode": "navigate",
    "X-Requested-With": "XMLHttpRequest",
}


@pytest.fixture(scope="module", params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Any:
    return CLIENTS[request.param]()


def test_there_are_enough_cases() -> None:
    assert len(BENIGN) > 200
    assert len(ATTACKS) > 80


def test_benign_values_in_queries(client: Any, blocking: None, findings: Any) -> None:
    for value in BENIGN:
        assert client("/page?" + urlencode({"q": value}), headers=BROWSER).status == 200, value
    assert findings() == []


def test_benign_values_in_bodies(client: Any, blocking: None, findings: Any) -> None:
    documents = json.dumps({"items": [{"text": value, "n": at} for at, value in enumerate(BENIGN)]}).encode()
    assert client("/body/json", "POST", {"Content-Type": "application/json"}, documents).status == 200
    form = urlencode([(f"field{at}", value) for at, value in enumerate(BENIGN)]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client("/body/form", "POST", {**headers, **BROWSER}, form).status == 200
    assert findings() == []


def test_attacks_of_the_cases_are_found_through_frameworks(client: Any, monitoring: None, findings: Any) -> None:
    missed = []
    for case in ATTACKS:
        value = case["value"]
        client("/page?" + urlencode({"q": value} if isinstance(value, str) else value, doseq=True))
        if case["expect"] not in {found[0] for found in findings()}:
            missed.append(value)
    assert missed == []
