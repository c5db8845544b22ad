"""What a request's span tells of its inspection: cost, what was left out, fingerprints, tags of rules."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from tests.protection.conftest import triggers

ATTACK = "%3Cscript%3Ealert(1)%3C/script%3E"


def attributes(spans: Any) -> dict[str, Any]:
    told: dict[str, Any] = spans.one()["attributes"]
    return told


def client() -> Any:
    app = Flask("told")

    @app.route("/", methods=["GET", "POST"])
    def route() -> str:
        request.get_data()
        return "fine"

    return app.test_client(use_cookies=False)


def test_cost_and_nothing_else(monitoring: None, spans: Any) -> None:
    client().get("/?a=1")
    told = attributes(spans)
    assert told["_dd.appsec.waf.duration"] > 0
    assert not [name for name in told if "truncated" in name or "timeout" in name or ".fp." in name]


def test_what_was_left_out_is_told_by_its_size(protected: Any, spans: Any) -> None:
    protected("monitor", body_max_elements=100)
    body = {"text": "x" * 40_000, "deep": json.loads("[" * 40 + "]" * 40), "wide": list(range(700))}
    client().post("/", json=body)
    told = attributes(spans)
    kinds = ("string_length", "container_size", "container_depth")
    assert [told[f"_dd.appsec.truncated.{kind}"] for kind in kinds] == [40_000, 700, 20]


def test_attackers_leave_fingerprints(monitoring: None, spans: Any) -> None:
    client().get(f"/?b={ATTACK}&A=2", headers={"User-Agent": "Arachni/v1", "Cookie": "b=2; A=1; c=x%20y"})
    told = attributes(spans)
    assert told["_dd.appsec.fp.http.endpoint"] == "http-get-8a5edab2-1eb7c54d-"
    assert told["_dd.appsec.fp.http.header"] == "hdr-0000000000-51fbd9d8-1-4740ae63"
    assert told["_dd.appsec.fp.http.network"] == "net-0-0000000000"
    assert told["_dd.appsec.fp.session"] == "ssn--205830ca-688b8cd3-"
    assert told["_dd.appsec.event_rules.loaded"] > 30
    assert told["_dd.appsec.event_rules.error_count"] == 0


@pytest.mark.parametrize("event", [False, True])
def test_rules_tag_traces(protected: Any, spans: Any, tmp_path: Path, event: bool) -> None:
    inputs = [{"address": "server.request.headers.no_cookies", "key_path": ["user-agent"]}]
    rule = {
        "id": "tag", "name": "tag", "tags": {"type": "bot", "category": "attack_attempt"},
        "conditions": [{"operator": "phrase_match", "parameters": {"inputs": inputs, "list": ["bot"]}}],
        "output": {"event": event, "keep": not event, "attributes": {
            "seen.kind": {"value": "bot"}, "seen.agent": {**inputs[0], "transformers": ["lowercase"]}}},
    }  # fmt: skip
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    protected("block", protection_rules=str(path))
    client().get("/", headers={"User-Agent": "Robot"})
    (span,) = spans()
    told = span["attributes"]
    assert (told["seen.kind"], told["seen.agent"]) == ("bot", "robot")
    assert ("appsec.event" in told, len(triggers(lambda: [span]))) == (event, int(event))


@pytest.mark.parametrize(
    ("options", "status", "location"),
    [
        ({"blocked_status": 418}, 418, None),
        ({"blocked_location": "/sorry"}, 303, "/sorry"),
        ({"blocked_location": "/sorry", "blocked_status": 302}, 302, "/sorry"),
        ({"blocked_location": "/sorry", "blocked_status": 500}, 303, "/sorry"),
    ],
)
def test_answers_by_settings(protected: Any, options: dict[str, Any], status: int, location: str | None) -> None:
    protected("block", **options)
    answer = client().get(f"/?q={ATTACK}")
    assert (answer.status_code, answer.headers.get("Location")) == (status, location)


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"x" * 2_000_000, {}, "limit"),
        (gzip.compress(b"q=" + bytes(3_000_000)), {"Content-Encoding": "gzip"}, "limit"),
        (b"q=1", {"Content-Encoding": "br"}, "compressed"),
        (gzip.compress(b"q=1"), {"Content-Encoding": "gzip"}, None),
    ],
)
def test_bodies_that_were_not_inspected_in_full(
    monitoring: None, spans: Any, body: bytes, headers: Any, reason: Any
) -> None:
    client().post("/", data=body, headers={"Content-Type": "application/x-www-form-urlencoded", **headers})
    assert attributes(spans).get("security.body.uninspected") == reason


def test_attacks_in_compressed_bodies(blocking: None) -> None:
    body = gzip.compress(b"q=%3Cscript%3Ealert(1)%3C/script%3E")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    assert client().post("/", data=body, headers=headers).status_code == 403


def test_what_is_in_uploaded_files(protected: Any, tmp_path: Path) -> None:
    where = {"inputs": [{"address": "server.request.body.files_content"}], "regex": "^MZ"}
    rule = {"id": "exe", "name": "A program", "tags": {"type": "upload", "category": "attack_attempt"},
            "conditions": [{"operator": "match_regex", "parameters": where}], "on_match": ["block"]}  # fmt: skip
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    protected("block", protection_rules=str(path))
    statuses = [client().post("/", data={"f": (io.BytesIO(it), "f.txt")}).status_code for it in (b"MZ\x90", b"text")]
    assert statuses == [403, 200]


def test_findings_beyond_the_most_are_counted(protected: Any, spans: Any, tmp_path: Path) -> None:
    where = {"inputs": [{"address": "server.request.query"}], "regex": "bad"}
    rules = [
        {"id": f"r{at}", "name": "r", "tags": {"type": "t", "category": "attack_attempt"},
         "conditions": [{"operator": "match_regex", "parameters": where}]}
        for at in range(60)
    ]  # fmt: skip
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": rules}))
    protected("monitor", protection_rules=str(path))
    client().get("/?q=bad")
    (span,) = spans()
    assert span["attributes"]["security.findings.dropped"] == 10
    assert len(json.loads(span["structures"]["appsec"])["triggers"]) == 50
