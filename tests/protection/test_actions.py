"""What rules do when they match: answers of their own, redirections, nothing; by mode."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask


def rule(name: str, *on_match: str) -> dict[str, Any]:
    condition = {
        "operator": "phrase_match",
        "parameters": {"inputs": [{"address": "server.request.query"}], "list": [name]},
    }
    tags = {"type": name, "category": "attack_attempt"}
    return {"id": name, "name": name, "tags": tags, "conditions": [condition], "on_match": list(on_match)}


RULES = {
    "version": "2.2",
    "rules": [
        rule("plain", "block"),
        rule("teapot", "teapot"),
        rule("away", "away"),
        rule("nowhere", "nowhere"),
        rule("strange", "strange"),
        rule("quiet"),
        rule("several", "strange", "teapot"),
        rule("unknown", "there is no such action"),
    ],
    "actions": [
        {"id": "teapot", "type": "block_request", "parameters": {"status_code": "418", "type": "html"}},
        {
            "id": "away",
            "type": "redirect_request",
            "parameters": {"status_code": 200, "location": "/sorry?id=[security_response_id]"},
        },
        {"id": "nowhere", "type": "redirect_request", "parameters": {"status_code": 301}},
        {"id": "strange", "type": "play_music", "parameters": {}},
    ],
}  # fmt: skip


@pytest.fixture
def ask(protected: Any, tmp_path: Path) -> Callable[..., Any]:
    """Asks an application with these rules in force, in a mode."""
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(RULES))
    app = Flask("actions")
    app.add_url_rule("/", view_func=lambda: "fine")

    def asked(text: str, mode: str = "block", accept: str = "*/*") -> Any:
        protected(mode, protection_rules=str(path))
        return app.test_client().get(f"/?q={text}", headers={"Accept": accept})

    return asked


@pytest.mark.parametrize("mode", ["block", "rules"])
def test_a_rule_blocks(ask: Any, mode: str) -> None:
    answer = ask("plain", mode)
    assert (answer.status_code, answer.json["errors"][0]["title"]) == (403, "You've been blocked")


def test_an_action_has_its_own_status_and_form(ask: Any) -> None:
    answer = ask("teapot", accept="application/json")
    assert (answer.status_code, answer.mimetype) == (418, "text/html")


def test_an_action_leads_elsewhere(ask: Any) -> None:
    answer = ask("away")
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/sorry?id=")
    assert len(location) == len("/sorry?id=") + 36
    assert answer.data == b""


def test_a_redirection_without_a_place_is_a_block(ask: Any) -> None:
    assert ask("nowhere").status_code == 403


@pytest.mark.parametrize("text", ["strange", "quiet", "unknown"])
def test_other_rules_report(ask: Any, findings: Any, text: str) -> None:
    assert ask(text).data == b"fine"
    assert findings() == [(text, "server.request.query", ["q", "0"], False)]


def test_the_first_action_that_answers_is_taken(ask: Any) -> None:
    assert ask("several").status_code == 418


def test_monitoring_stops_nothing(ask: Any) -> None:
    assert ask("plain", "monitor").data == b"fine"


def test_vedettes_own_rules_only_report_in_the_mode_rules(protected: Any, findings: Any) -> None:
    protected("rules")
    app = Flask("own")
    app.add_url_rule("/", view_func=lambda: "fine")
    assert app.test_client().get("/?q=<script>alert(1)</script>").data == b"fine"
    assert [blocked for *_, blocked in findings()] == [False]
