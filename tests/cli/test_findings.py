"""Findings exported as SARIF and JSON lines, out of an agent and out of what was recorded."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.cli import _found
from vedette.cli._found import Found, Frame, of_lines
from vedette.cli._sarif import sarif
from vedette.cli.findings import command

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests" / "cases" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
"""The schema of OASIS, with the errata of the standard."""
GOLDEN = ROOT / "crates" / "vedette-wire" / "golden"
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def trigger(**more: Any) -> dict[str, Any]:
    tags = {"type": "sql_injection", "category": "vulnerability_trigger", "cwe": "89", "explanation": "Why."}
    parameter = {
        "params": {"address": "server.request.query", "key_path": ["q", "0"], "value": "x' OR 1=1"},
        "resource": {"address": "server.db.statement", "key_path": [], "value": "SELECT ?"},
        "highlight": ["' OR 1=1"],
    }
    rule = {"id": "vdt-rasp-sqli-001", "name": "SQL injection exploit", "tags": tags}
    return {"rule": rule, "rule_matches": [{"parameters": [parameter]}], "span_id": 1, **more}


def span(*triggers: Any, stack: Any = None, start: int = 1_767_323_045_000_000_000) -> dict[str, Any]:
    attributes = {"http.request.method": "GET", "http.route": "/search", "url.full": "http://shop/search?q=1"}
    structures: dict[str, Any] = {"appsec": {"triggers": list(triggers)}}
    if stack:
        structures["_dd.stack"] = {"exploit": [stack]}
    return {
        "service": "shop",
        "start": start,
        "attributes": attributes,
        "structures": structures,
        "events": [],
        "trace_id": "ab",
    }


def frames(*lines: int) -> list[dict[str, Any]]:
    return [{"id": at, "file": str(ROOT / "app.py"), "line": line, "function": "f"} for at, line in enumerate(lines)]


def exported(*documents: Any) -> dict[str, Any]:
    reading = of_lines(json.dumps(document) for document in documents)
    assert reading.skipped == 0
    document = sarif(reading.found, ROOT)
    VALIDATOR.validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def test_an_exploit_is_a_result_at_its_line() -> None:
    stack = {"id": "7", "frames": frames(12, 30)}
    run = exported(span(trigger(stack_id="7", blocked=True), stack=stack))
    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 12},
    }
    assert [one["fullyQualifiedName"] for one in location["logicalLocations"]] == ["f", "GET /search"]
    (told,) = result["stacks"]
    assert [one["location"]["physicalLocation"]["region"]["startLine"] for one in told["frames"]] == [12, 30]
    assert (result["level"], result["occurrenceCount"]) == ("error", 1)
    assert result["message"]["text"].endswith("reached server.db.statement; seen 1 times, blocked.")
    assert result["webRequest"] == {"method": "GET", "target": "http://shop/search?q=1"}
    assert result["provenance"]["firstDetectionTimeUtc"] == "2026-01-02T03:04:05.000Z"
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "Why."
    assert rule["relationships"][0]["target"] == {"id": "89", "toolComponent": {"name": "CWE"}}
    assert [taxon["id"] for taxon in run["taxonomies"][0]["taxa"]] == ["89"]


def test_what_is_seen_again_is_one_result() -> None:
    moved = [span(trigger(location=frame), start=start) for start, frame in zip((2, 1), frames(12, 14))]
    run = exported(*moved, span(trigger()))
    first, other = run["results"]
    assert first["occurrenceCount"] == 2
    assert first["provenance"]["lastDetectionTimeUtc"] >= first["provenance"]["firstDetectionTimeUtc"]
    assert first["partialFingerprints"] != other["partialFingerprints"]
    assert other["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "GET /search"
    assert len(run["tool"]["driver"]["rules"]) == 1


@pytest.mark.parametrize("name", ["findings_otlp_traces.json", "findings_otlp_logs.json"])
def test_what_a_collector_recorded_is_read(name: str) -> None:
    document = json.loads((GOLDEN / name).read_text())
    run = exported(document)
    (result,) = run["results"]
    assert result["ruleId"] == "vdt-rasp-sqli-001"
    assert result["properties"]["traces"] == ["695736250000000001234567 89abcdef".replace(" ", "")]


def test_nothing_found_is_a_document_too() -> None:
    assert exported()["results"] == []


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    lines, output = tmp_path / "lines", tmp_path / "out.sarif"
    lines.write_text(json.dumps(span(trigger())) + "\n\n")
    arguments = ["export", "--sarif", "--from", str(lines), "-o", str(output), "--root", str(tmp_path)]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    VALIDATOR.validate(json.loads(output.read_text()))


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    examples = [line.split()[2:] for line in page.splitlines() if line.startswith("vedette findings ")]
    assert len(examples) == 2
    monkeypatch.chdir(tmp_path)
    recorded = json.loads((GOLDEN / "findings_otlp_logs.json").read_text())
    (tmp_path / "collector.jsonl").write_text(json.dumps(recorded))
    monkeypatch.setattr("vedette.cli.findings.of_agent", lambda *_: of_lines([json.dumps(span(trigger()))]))
    for example in examples:
        assert CliRunner().invoke(command, example).exit_code == 0
        assert len(json.loads((tmp_path / "findings.sarif").read_text())["runs"][0]["results"]) == 1


def test_lines_that_are_nothing_are_counted(tmp_path: Path) -> None:
    text = "\n".join(["{", "[]", "7", '{"a": 1}', '{"resourceLogs": 3}', json.dumps(span(trigger()))])
    done = CliRunner().invoke(command, ["export", "--from", "-"], input=text)
    assert done.exit_code == 1
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["rule"] == "vdt-rasp-sqli-001"
    assert "5 lines" in done.stderr


def test_no_agent_is_said() -> None:
    done = CliRunner().invoke(command, ["export", "--agent", "http://127.0.0.1:1"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no agent answers" in done.stderr


def test_an_agents_traces_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [{"traces": [{"trace_id": "a"}], "before": 5}, {"traces": [{"trace_id": "b"}], "before": None}]
    asked: list[str] = []

    def answer(url: str, timeout: float) -> Any:
        asked.append(url)
        found = pages.pop(0) if "/api/traces" in url else {"trace_id": url[-1], "spans": [span(trigger())]}
        return io.BytesIO(json.dumps(found).encode())

    monkeypatch.setattr(_found.urllib.request, "urlopen", answer)
    reading = _found.of_agent("http://agent/", "service:shop", 100)
    assert [finding.trace for finding in reading.found] == ["a", "b"]
    assert "before=5" in asked[2]


TEXT = st.text(max_size=20)
FOUND = st.builds(
    Found,
    rule=TEXT,
    name=TEXT,
    category=st.sampled_from(["", "vulnerability_trigger"]),
    cwe=st.one_of(TEXT, st.just("79")),
    address=TEXT,
    path=TEXT,
    value=TEXT,
    matched=st.lists(TEXT, max_size=2).map(tuple),
    blocked=st.booleans(),
    frames=st.lists(st.builds(Frame, TEXT, st.integers(), TEXT), max_size=3).map(tuple),
    time=st.integers(),
    trace=TEXT,
    request=st.dictionaries(st.sampled_from(["method", "target", "route"]), TEXT),
)


@settings(max_examples=40)
@given(st.lists(FOUND, max_size=4))
def test_whatever_was_found_is_valid_sarif(findings: list[Found]) -> None:
    document = sarif(findings, ROOT)
    VALIDATOR.validate(json.loads(json.dumps(document)))
