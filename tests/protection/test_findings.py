"""What a finding says: rule, input, place in the application, what was done; in structures, events and tags."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from tests.integrations.made import Spans
from tests.protection.conftest import triggers
from vedette.protection import stack
from vedette.protection.findings import Findings
from vedette.protection.policy import Policy
from vedette.protection.redaction import REDACTED, Redaction
from vedette.settings import load

INJECTION = "x' OR '1'='1"
PASSWORDS = "../" * 20 + "etc/passwd"
SCRIPT = "<script>alert(1)</script>"
NAMES = Path(__file__).parents[2] / "docs" / "findings.md"


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Asks an application with an injection and a deep stack."""
    app = Flask("findings")

    def search(name: str) -> str:
        with sqlite3.connect(":memory:") as database:
            database.execute("CREATE TABLE users (name, card)")
            database.execute("SELECT * FROM users WHERE name = '" + name + "' AND card = '4111111111111111'")
        return "found"

    def read(name: str) -> str:
        with open(f"{Path(__file__).parent}/{name}") as file:
            return file.readline()

    def deep(name: str, levels: int) -> str:
        return deep(name, levels - 1) if levels else search(name)

    app.add_url_rule("/search", "search", lambda: deep(request.args["name"], int(request.args.get("levels", 0))))
    app.add_url_rule("/both", "both", lambda: search(request.args["name"]) + read(request.args["file"]))
    app.add_url_rule("/page", "page", lambda: "fine")
    return app.test_client().get


def stacks(span: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(span["structures"]["_dd.stack"])["exploit"]
    return found


def of_requests(spans: Spans) -> list[dict[str, Any]]:
    return [span for span in spans() if span["name"] == "flask.request"]


def test_an_exploit_tells_the_statement_without_its_literals(ask: Any, only_sinks: Any, spans: Spans) -> None:
    only_sinks("monitor")
    ask(f"/search?name={INJECTION}")
    (trigger,) = triggers(spans)
    (parameter,) = trigger["rule_matches"][0]["parameters"]
    assert parameter["params"]["address"] == "server.request.query"
    assert parameter["params"]["key_path"] == ["name", "0"]
    assert parameter["resource"]["address"] == "server.db.statement"
    assert parameter["resource"]["value"].startswith("SELECT * FROM users WHERE name = ?")
    assert "4111" not in json.dumps(trigger)


def test_an_exploit_has_the_stack_of_the_application(ask: Any, only_sinks: Any, spans: Spans) -> None:
    only_sinks("monitor")
    ask(f"/search?name={INJECTION}&levels=3")
    (span,) = of_requests(spans)
    (told,) = stacks(span)
    (trigger,) = json.loads(span["structures"]["appsec"])["triggers"]
    assert trigger["stack_id"] == told["id"]
    assert (told["language"], told["message"]) == ("python", trigger["rule"]["name"])
    names = [frame["function"].rpartition(".")[2] for frame in told["frames"]]
    test = "test_an_exploit_has_the_stack_of_the_application"
    assert names == ["search", "deep", "deep", "deep", "deep", "<lambda>", test]
    assert {frame["file"] for frame in told["frames"]} == {__file__}
    assert [frame["id"] for frame in told["frames"]] == list(range(7))
    assert trigger["location"]["line"] == told["frames"][0]["line"]
    (event,) = [attributes for name, attributes in span["events"] if name == "security.finding"]
    assert event["code.file.path"] == __file__
    assert event["code.stacktrace"].splitlines()[-1].startswith(f'  File "{__file__}", line ')


@pytest.mark.parametrize(("depth", "kept"), [(4, 4), (1, 1), (0, 23)])
def test_a_stack_has_its_depth(ask: Any, protected: Any, spans: Spans, depth: int, kept: int) -> None:
    protected("monitor", protection_stack_depth=depth)
    ask(f"/search?name={INJECTION}&levels=19")
    (span,) = of_requests(spans)
    names = [frame["function"].rpartition(".")[2] for frame in stacks(span)[0]["frames"]]
    assert len(names) == kept
    assert names[0] == "search"


def test_stacks_are_counted_and_may_be_switched_off(ask: Any, protected: Any, spans: Spans) -> None:
    protected("monitor", protection_stacks=1)
    ask(f"/both?name={INJECTION}&file={PASSWORDS}")
    (span,) = of_requests(spans)
    assert len(stacks(span)) == 1
    told = json.loads(span["structures"]["appsec"])["triggers"]
    assert len([trigger for trigger in told if "stack_id" in trigger]) == 1
    places = [trigger["location"]["function"].rpartition(".")[2] for trigger in told if "location" in trigger]
    assert places == ["search", "read"]


def test_without_stacks_the_line_is_still_told(ask: Any, protected: Any, spans: Spans) -> None:
    protected("monitor", protection_stack_traces=False)
    ask(f"/search?name={INJECTION}")
    (span,) = of_requests(spans)
    assert list(span["structures"]) == ["appsec"]
    assert any("location" in trigger for trigger in json.loads(span["structures"]["appsec"])["triggers"])


def test_a_stack_without_an_application_is_the_libraries() -> None:
    found: list[Any] = []

    class Asks:
        def __lt__(self, _other: object) -> bool:
            found.append(stack.application_stack(5))
            return False

    code = compile("def sort(items): return sorted(items)", "/lib/site-packages/lib.py", "exec")
    space: dict[str, Any] = {}
    exec(code, space)
    space["sort"]([Asks(), Asks()])
    assert found[0][0][0] == __file__
    assert not any(stack.is_library(file) for file, *_ in found[0])


def test_requests_tell_some_headers_and_attacks_more(ask: Any, monitoring: None, spans: Spans) -> None:
    sent = {
        "Accept": "text/html",
        "Accept-Language": "de",
        "Authorization": "Bearer abc",
        "Cookie": "a=b",
        "User-Agent": "curl/8",
        "X-Amzn-Trace-Id": "Root=1",
        "X-Forwarded-For": "8.8.8.8",
        "X-Own": "1",
    }
    ask("/page", headers=sent)
    ask(f"/page?q={SCRIPT}", headers=sent)
    harmless, attack = (
        {name[21:] for name in span["attributes"] if name.startswith("http.request.headers.")}
        for span in of_requests(spans)
    )
    assert harmless == {"accept", "user-agent", "x-amzn-trace-id"}
    assert attack == {*harmless, "accept-language", "host", "x-forwarded-for"}
    first, second = (span["attributes"] for span in spans.last if span["name"] == "flask.request")
    assert "actor.ip" not in first
    assert second["actor.ip"] == "8.8.8.8"
    assert second["http.response.headers.content-type"] == "text/html; charset=utf-8"


def test_every_request_says_by_what_it_was_inspected(ask: Any, monitoring: None, spans: Spans) -> None:
    ask("/page")
    (span,) = of_requests(spans)
    told = span["attributes"]
    assert (told["_dd.appsec.enabled"], told["_dd.runtime_family"]) == (1, "python")
    assert told["_dd.appsec.event_rules.loaded"] > 20
    assert told["_dd.appsec.event_rules.error_count"] == 0
    assert told["_dd.appsec.event_rules.version"]
    assert told["_dd.appsec.waf.version"]


def test_a_trace_with_a_finding_is_kept_and_says_for_whose_sake(ask: Any, monitoring: None) -> None:
    from vedette import _native

    _native.take()
    ask(f"/page?q={SCRIPT}", headers={"traceparent": f"00-{7:032x}-{8:016x}-00", "tracestate": "dd=t.ts:04"})
    (chunk,) = _native.take()
    assert (chunk["priority"], chunk["mechanism"]) == (2, 5)
    assert dict(chunk["tags"])["_dd.p.ts"] == "06"


def test_so_many_traces_are_kept_for_their_findings(ask: Any, protected: Any, monkeypatch: Any) -> None:
    from vedette import _native

    monkeypatch.setattr("time.monotonic", lambda: 5.0)
    protected("monitor", protection_trace_rate_limit=3)
    _native.take()
    for _ in range(5):
        ask(f"/page?q={SCRIPT}", headers={"traceparent": f"00-{7:032x}-{8:016x}-00"})
    chunks = _native.take()
    assert [chunk["priority"] for chunk in chunks] == [2, 2, 2, 0, 0]
    assert all(chunk["spans"][0]["attributes"]["appsec.event"] == "true" for chunk in chunks)


def finding(path: str, value: str, sink: str = "") -> dict[str, Any]:
    told = {"key_path": path.split("."), "value": value, "highlight": [value]}
    return {**told, "sink": ("server.io.net.url", sink)} if sink else told


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("user.password", "hunter2", REDACTED),
        ("apiKey", "hunter2", REDACTED),
        ("q", "Bearer abcdefghijkl", REDACTED),
        ("q", "eyJhbGciOi.eyJzdWIiOi.c2ln", REDACTED),
        ("q", "a=1&password=hunter2&b=2", f"a=1&password={REDACTED}&b=2"),
        ("q", '{"token": "hunter2"}', f'{{"token": "{REDACTED}"}}'),
        ("q", "<script>", "<script>"),
        ("q", "", ""),
    ],
)
def test_secrets_stay(path: str, value: str, told: str) -> None:
    assert Redaction().of(finding(path, value))["value"] == told


def test_a_secret_stays_out_of_the_sink_too() -> None:
    told = Redaction().of(finding("password", "hunter2", "http://hunter2.example/?q=hunter2"))
    assert "hunter2" not in json.dumps(told)


def test_the_users_own_words_for_secrets() -> None:
    own = Redaction("^card$", r"\b\d{16}\b")
    assert own.of(finding("card", "1"))["value"] == REDACTED
    assert own.of(finding("password", "hunter2"))["value"] == "hunter2"
    assert own.of(finding("q", "is 4111111111111111 ok"))["value"] == f"is {REDACTED} ok"
    nothing = Redaction("", "")
    assert nothing.of(finding("password", "token=1"))["value"] == "token=1"


def test_a_broken_expression_hides_what_is_usual(caplog: Any) -> None:
    assert Redaction("(", "[").of(finding("password", "x"))["value"] == REDACTED
    assert len(caplog.records) == 2


def test_the_variables_of_datadog(monkeypatch: Any) -> None:
    for name, value in {
        "DD_APPSEC_MAX_STACK_TRACES": "5",
        "DD_APPSEC_MAX_STACK_TRACE_DEPTH": "7",
        "DD_APPSEC_STACK_TRACE_ENABLED": "0",
        "DD_APPSEC_OBFUSCATION_PARAMETER_KEY_REGEXP": "",
        "DD_APM_TRACING_ENABLED": "false",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert (settings.protection_stacks, settings.protection_stack_depth) == (5, 7)
    assert (settings.protection_stack_traces, settings.protection_obfuscation_keys) == (False, "")
    assert settings.apm_tracing is False


HOSTILE = [f"\ud800{SCRIPT}", SCRIPT * 5_000, "<script>alert('\x00\x1b[31m')</script>"]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_inputs_are_told_within_bounds(ask: Any, monitoring: None, spans: Spans, value: str) -> None:
    assert ask("/page", query_string={"q": value.encode("utf-8", "surrogatepass")}).status_code == 200
    (span,) = of_requests(spans)
    told = json.loads(span["structures"]["appsec"])["triggers"]
    assert told
    assert len(span["structures"]["appsec"]) < 100_000
    assert len([event for event in span["events"] if event[0] == "security.finding"]) == len(told)


def test_a_structure_of_anything_does_not_raise(spans: Spans) -> None:
    import vedette

    endless: list[Any] = []
    endless.append(endless)

    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    with vedette.tracer.span("flask.request") as span:
        for data in (endless, {1: Rude(), "n": float("nan"), "big": 2**70, "text": "\ud800"}, Rude(), "x" * 3_000_000):
            span.set_structure("odd", data)
        span.set_structure("fine", {"a": [True, None, 2**63, -1, 0.5]})
    (span_told,) = of_requests(spans)
    assert json.loads(span_told["structures"]["fine"]) == {"a": [True, None, 2**63, -1, 0.5]}


def test_the_demo_is_an_application() -> None:
    import vedette
    from vedette.demo import orders

    assert not stack.is_library(orders.__file__)
    assert stack.is_library(vedette.__file__)


class Counting:
    """A span that counts how often it is told of structures."""

    span_id = 1
    told = 0

    def set_structure(self, name: str, _: Any) -> None:
        self.told += name == "appsec"

    def add_event(self, *_: Any) -> None:
        """Not counted."""

    set_attribute = add_event

    def keep_for_security(self) -> None:
        """Not counted."""


def test_a_sink_that_is_reached_again_and_again_costs_no_more_once_enough_is_told() -> None:
    span: Any = Counting()
    told = Findings(Policy(load()))
    one = {**finding("q", "x"), "rule_id": "r", "rule_name": "n", "tags": {}, "operator": "o", "operator_value": ""}
    for _ in range(200):
        told.add(span, [({**one, "address": "a", "on_match": []}, False)], None, True)
    assert span.told == 50


def test_names_of_secrets_have_a_bearable_length() -> None:
    assert Redaction().text(f"token{'x' * 64}=1") == f"token{'x' * 64}={REDACTED}"
    assert Redaction().text(f"token{'x' * 65}=1") == f"token{'x' * 65}=1"


def test_rules_may_look_at_headers_of_responses_alone(ask: Any, protected: Any, spans: Spans, tmp_path: Any) -> None:
    inputs = [{"address": "server.response.headers.no_cookies", "key_path": ["content-type"]}]
    rule = {
        "id": "r-1",
        "name": "n",
        "tags": {"type": "leak"},
        "conditions": [{"operator": "match_regex", "parameters": {"inputs": inputs, "regex": "html"}}],
    }
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    protected("monitor", protection_rules=str(path))
    ask("/page")
    (span,) = of_requests(spans)
    assert [one["rule"]["id"] for one in json.loads(span["structures"]["appsec"])["triggers"]] == ["r-1"]


@pytest.mark.parametrize("piece", ["eyJ", "eyJ-", "eyJ=", "eyJ.", "-eyJ", "token", "bearer ", "-----BEGIN "])
def test_redaction_reads_long_texts_once(piece: str) -> None:
    """With a second look from each place this would take hours."""
    assert Redaction().text(piece * 300_000)


def test_headers_of_a_blocked_answer_are_those_that_the_client_got(ask: Any, blocking: None, spans: Spans) -> None:
    answer = ask("/page", query_string={"q": SCRIPT}, headers={"Accept": "text/html"})
    (span,) = of_requests(spans)
    told = [span["attributes"][f"http.response.headers.{name}"] for name in ("content-type", "content-length")]
    assert told == [answer.headers["Content-Type"], answer.headers["Content-Length"]]
    assert answer.status_code == 403
