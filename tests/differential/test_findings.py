"""Findings and shapes of an application under attack in both tracers; `findings.json` has what is accepted, and why."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.differential.compare import judged
from tests.differential.environment import prepared
from tests.differential.findings import differences, found, served, tags
from tests.differential.play import APPS, played
from tests.differential.test_differential import asked_for
from tests.services.recorder import Recorder

ACCEPTED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "findings.json").read_text("utf-8"))
REQUESTS: list[dict[str, Any]] = json.loads((APPS / "protection" / "requests.json").read_text("utf-8"))
SETTINGS = {
    "DD_APPSEC_ENABLED": "true",
    "DD_API_SECURITY_ENABLED": "true",
    "DD_API_SECURITY_SAMPLE_DELAY": "0",
    "DD_APPSEC_WAF_TIMEOUT": "100000",
    "DD_APPSEC_TRACE_RATE_LIMIT": "1000",
}
PLAYS = {
    "own rules": {"VEDETTE_PROTECTION": "monitor"},
    "same rules": {
        "VEDETTE_PROTECTION": "block",
        "DD_APPSEC_RULES": str(APPS / "protection" / "rules.json"),
        "DD_API_SECURITY_ENABLED": "false",
    },
}
"""Settings: each with the rules that it brings, and both with a file of rules that block."""


@asked_for
@pytest.mark.timeout(300)
@pytest.mark.parametrize("play", PLAYS)
def test_the_findings_are_those_of_the_reference(recorder: Recorder, play: str) -> None:
    python, settings = prepared(), {**SETTINGS, **PLAYS[play]}
    theirs, ours = (served(played("protection/flask", who, python, recorder, settings)) for who in ("theirs", "ours"))
    sentences = set(differences([request["name"] for request in REQUESTS], theirs, ours))
    unlisted, stale = judged(sentences, ACCEPTED[play], {})
    assert (unlisted, stale) == ([], []), "\n".join(["not listed:", *unlisted, "listed and not found:", *stale])


def test_requests_have_names_of_their_own() -> None:
    names = [request["name"] for request in REQUESTS]
    assert len(names) == len(set(names)) >= 60


def span(meta: dict[str, Any], *triggers: Any) -> Any:
    return {"meta": meta, "metrics": {}, "structures": {"appsec": {"triggers": list(triggers)}} if triggers else {}}


def trigger(kind: str, **parameter: Any) -> Any:
    return {"rule": {"tags": {"type": kind}}, "rule_matches": [{"parameters": [parameter]}]}


def test_an_input_is_found_at_its_place() -> None:
    plain = trigger("xss", address="server.request.query", key_path=["q", "0"])
    exploit = trigger("lfi", resource={"address": "sink"}, params={"address": "server.request.body", "key_path": [0]})
    expected = {("xss", "server.request.query", "q"), ("lfi", "server.request.body", "0")}
    assert found(span({}, plain, exploit)) == expected
    assert found(span({"_dd.appsec.json": json.dumps({"triggers": [plain, exploit]})})) == expected


def test_tags_of_one_side_are_told() -> None:
    theirs = span({"appsec.event": "true", "http.status_code": "200", "_dd.appsec.waf.duration": "1", "other": "x"})
    ours = span({"http.status_code": "403", "_dd.appsec.waf.duration": "2"})
    assert tags(theirs) == {"appsec.event": "true", "http.status_code": "200", "_dd.appsec.waf.duration": None}
    assert list(differences(["r"], [theirs], [ours])) == [
        "r: appsec.event is theirs alone",
        "r: http.status_code is '403', not '200'",
    ]


def test_shapes_are_compared_as_what_they_say() -> None:
    def shaped(level: int) -> Any:
        shape = gzip.compress(b'[{"a": [8]}]', level)
        return span({"_dd.appsec.s.req.query": base64.b64encode(shape).decode()})

    assert tags(shaped(0)) == tags(shaped(9)) == {"_dd.appsec.s.req.query": [{"a": [8]}]}


def test_tags_of_an_attack_follow_from_its_finding() -> None:
    ours = span({"appsec.event": "true"}, trigger("xss", address="a", key_path=["b"]))
    assert list(differences(["r"], [span({})], [ours])) == ["r: xss a b is ours alone"]


def test_a_request_that_was_not_told_of_is_no_equal_one() -> None:
    with pytest.raises(ValueError, match="1 requests, 1 spans of theirs, 0 of ours"):
        list(differences(["r"], [span({})], []))
