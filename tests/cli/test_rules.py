"""`vedette rules`: list, explain, check and test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.cli.test_config import vedette

RULE = {
    "id": "shop-001",
    "name": "Coupons",
    "tags": {"type": "business", "category": "attack_attempt"},
    "conditions": [
        {
            "operator": "match_regex",
            "parameters": {"inputs": [{"address": "server.request.query", "key_path": ["coupon"]}], "regex": "^FREE"},
        }
    ],
    "on_match": ["block"],
}


def written(folder: Path, *rules: object, name: str = "rules.json") -> str:
    path = folder / name
    path.write_text(json.dumps({"version": "2.2", "rules": rules}, indent=2), encoding="utf-8")
    return str(path)


def rules(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return vedette(folder, "rules", *arguments)


def test_the_default_rules_pass_their_own_examples(tmp_path: Path) -> None:
    done = rules(tmp_path, "test", "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    said = json.loads(done.stdout)
    assert said["total"]["detection"] == 1.0
    assert said["total"]["flagged"] == 0
    assert said["classes"]["sql_injection"]["attacks"] >= 10


def test_own_cases_with_own_rules(tmp_path: Path) -> None:
    cases = {
        "class": "coupons",
        "attacks": [{"query": "coupon=FREE100"}, {"query": "coupon=freedom"}, {"query": "coupon=GRATIS"}],
        "ordinary": [{"query": "coupon=SPRING"}, {"query": "q=FREE"}],
    }
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    arguments = ("test", "cases.json", "--rules", written(tmp_path, RULE))
    done = rules(tmp_path, *arguments, "-v")
    assert done.returncode == 1
    assert "66.67 %" in done.stdout
    assert 'missed: coupons (request): {"query": "coupon=GRATIS"}' in done.stdout
    assert rules(tmp_path, *arguments, "--at-least", "60").returncode == 0


def test_disguises_are_tried(tmp_path: Path) -> None:
    cases = {"class": "sql_injection", "attacks": ["1 or 1=1 -- x"], "places": ["form"]}
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    said = json.loads(rules(tmp_path, "test", "--corpus", ".", "--disguised", "--json").stdout)
    assert said["total"]["attacks"] > 20
    assert said["disguises"]["base64"]["found"] == 2


def test_broken_case_files_are_said(tmp_path: Path) -> None:
    for content, message in (
        ("{", "not JSON"),
        ("[]", "a case file is an object"),
        ('{"class": "x"}', "neither attacks nor ordinary"),
        ('{"class": "x", "attacks": [5]}', "attacks[0] is neither a text nor an object"),
        ('{"class": "x", "attacks": [{"quarry": "a"}]}', "attacks[0] has quarry"),
        ('{"class": "x", "attacks": ["a"], "places": ["moon"]}', "places has moon"),
    ):
        (tmp_path / "cases.json").write_text(content, encoding="utf-8")
        done = rules(tmp_path, "test", "cases.json")
        assert done.returncode == 1
        assert message in done.stderr, done.stderr


def test_broken_rules_are_told_with_their_place(tmp_path: Path) -> None:
    conditions = [{"operator": "match_regex", "parameters": {"inputs": [{"address": "a.b"}], "regex": "("}}]
    broken = {**RULE, "id": "broken", "conditions": conditions}
    unknown = {
        **RULE,
        "id": "unknown",
        "conditions": [{"operator": "guess", "parameters": {"inputs": [{"address": "usr.id"}]}}],
    }
    path = written(tmp_path, RULE, broken, unknown, {**RULE, "id": "later", "on_match": ["stop"]})
    done = rules(tmp_path, "check", path)
    lines = done.stdout.splitlines()
    text = Path(path).read_text(encoding="utf-8").splitlines()
    place = {
        name: 1 + next(at for at, line in enumerate(text) if f'"{name}"' in line) for name in ("broken", "unknown")
    }
    assert done.returncode == 1
    assert lines[0].startswith(f"{path}:{place['broken']}: broken: ")
    assert lines[1].startswith(f"{path}:{place['unknown']}: unknown: unknown operator"), lines
    assert any("the address a.b is never told of" in line for line in lines)
    assert any("on_match names stop" in line for line in lines)
    assert rules(tmp_path, "check", written(tmp_path, RULE)).stdout == "no problems\n"


def test_what_is_no_rule_file(tmp_path: Path) -> None:
    for content, message in (('{\n"a": ,\n}', ":2: not JSON"), ('{"rules": []}', "it has no version"), ("[]", "")):
        (tmp_path / "x.json").write_text(content, encoding="utf-8")
        done = rules(tmp_path, "check", "x.json")
        assert (done.returncode, done.stderr) == (1, "")
        assert message in done.stdout


def test_rules_are_listed_and_explained(tmp_path: Path) -> None:
    listed = json.loads(rules(tmp_path, "list", "--json").stdout)
    assert "vdt-sqli-001" in {rule["id"] for rule in listed}
    assert "shop-001" in rules(tmp_path, "list", written(tmp_path, RULE)).stdout
    explained = rules(tmp_path, "explain", "vdt-sqli-001").stdout
    assert all(word in explained for word in ("Why it matters", "CWE-89", "O'Brien"))
    wrong = rules(tmp_path, "explain", "vdt-sqli-01")
    assert wrong.returncode == 1
    assert "did you mean vdt-sqli-001" in wrong.stderr
