"""From the sources of the default rules: the rule file, the explanations, and the page that lists the detections.

A source is a class of attacks: `src/vedette/protection/rules/sources/<class>.toml`. It says of each rule what it looks
for, where, and why; `places.toml` names the places. What is said of the class counts for its rules unless they say
otherwise.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent.parent / "src/vedette/protection/rules"
_SOURCES = _FOLDER / "sources"
_ORDER = (
    "sql_injection", "nosql_injection", "xss", "file_access", "command_injection", "code_injection", "templates",
    "deserialisation", "ssrf", "lookups", "xml", "directories", "prototype_pollution", "protocol", "spreadsheets",
    "scanners", "exploits",
)  # fmt: skip
VERSION = "0.2.0"

_REQUIRED = ("id", "name", "cwe", "confidence", "detects", "attacks")


@cache
def _read(name: str) -> dict[str, Any]:
    parser = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    source: dict[str, Any] = parser.loads((_SOURCES / f"{name}.toml").read_text(encoding="utf-8"))
    return source


def classes() -> list[dict[str, Any]]:
    """The classes of attacks in the page's order, each with its rules completed by what is said of the class."""
    unlisted = {path.stem for path in _SOURCES.glob("*.toml")} - set(_ORDER) - {"places"}
    if unlisted:
        raise ValueError(f"rule sources that no order is given for: {', '.join(sorted(unlisted))}")
    return [_completed(_read(name)) for name in _ORDER]


def _completed(source: dict[str, Any]) -> dict[str, Any]:
    shared = {key: source[key] for key in ("type", "category", "matters", "limits", "references") if key in source}
    rules = [{"category": "attack_attempt", **shared, **rule} for rule in source["rules"]]
    for rule in rules:
        missing = [key for key in (*_REQUIRED, "matters", "limits", "references") if not rule.get(key)]
        is_exploit = rule["category"] == "vulnerability_trigger"
        if missing or not (is_exploit or rule.get("look_alikes")):
            raise ValueError(f"the rule {rule.get('id')} does not say: {', '.join(missing or ['look_alikes'])}")
    return {**source, "rules": rules}


def rule_file() -> dict[str, str]:
    """The rule file in the public event-rule schema: one rule or exclusion per line."""
    rules = [_compiled(rule) for each in classes() for rule in each["rules"]]
    exclusions = [exclusion for each in classes() for exclusion in each.get("exclusions", [])]
    metadata = {"rules_version": VERSION, "about": "Generated from sources/ by tools/generate.py, do not edit."}
    parts = [f'"version": "2.2",\n"metadata": {json.dumps(metadata)}', _lines("rules", rules)]
    parts += [_lines("exclusions", exclusions)] if exclusions else []
    return {"src/vedette/protection/rules/default.json": "{\n" + ",\n".join(parts) + "\n}\n"}


def _lines(name: str, items: list[dict[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]"


def _compiled(rule: dict[str, Any]) -> dict[str, Any]:
    tags = {"type": rule["type"], "category": rule["category"], "cwe": rule["cwe"], "confidence": rule["confidence"]}
    tags.update({"capec": rule["capec"]} if "capec" in rule else {})
    return {
        "id": rule["id"],
        "name": rule["name"],
        "tags": {**tags, "explanation": rule["detects"]},
        "conditions": _conditions(rule),
        "transformers": rule.get("transformers", []),
        "on_match": rule.get("on_match", ["block"]),
    }


def _conditions(rule: dict[str, Any]) -> list[dict[str, Any]]:
    if "sink" in rule:
        sinks = [rule["sink"]] if isinstance(rule["sink"], str) else rule["sink"]
        parameters = {"resource": [{"address": sink} for sink in sinks], "params": _inputs(rule)}
        parameters.update({"db_type": [{"address": rule["dialect"]}]} if "dialect" in rule else {})
        return [{"operator": rule["operator"], "parameters": parameters}]
    return [_condition(one, rule) for one in rule.get("operators", [rule])]


def _condition(one: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"inputs": one["inputs"] if "inputs" in one else _inputs(rule)}
    if "regex" in one:
        parameters["regex"] = "|".join(one["regex"])
    if "list" in one:
        parameters["list"] = one["list"]
    if one.get("case_sensitive"):
        parameters["options"] = {"case_sensitive": True}
    return {"operator": one["operator"], "parameters": parameters}


def _inputs(rule: dict[str, Any]) -> list[dict[str, Any]]:
    places = _read("places")
    return [_input(place, rule.get("transformers", [])) for name in rule["places"] for place in places[name]]


def _input(place: dict[str, Any], transformers: list[str]) -> dict[str, Any]:
    own = place.get("before", []) + ([place["source"]] if "source" in place else [])
    kept: dict[str, Any] = {key: place[key] for key in ("address", "key_path") if key in place}
    if own:
        kept["transformers"] = [*own, *transformers]
    return kept


def explanations() -> dict[str, str]:
    """What `vedette rules explain` says, and the examples that `vedette rules test` tries by itself."""
    keys = ("name", "type", "cwe", "capec", "confidence", "detects", "matters", "limits", "references")
    told = {
        rule["id"]: {
            **{key: rule[key] for key in keys if key in rule},
            "attacks": rule["attacks"],
            "look_alikes": rule.get("look_alikes", []),
        }
        for each in classes()
        for rule in each["rules"]
    }
    lines = (f"{json.dumps(name)}: {json.dumps(rule, ensure_ascii=False)}" for name, rule in told.items())
    return {"src/vedette/protection/rules/explanations.json": "{\n" + ",\n".join(lines) + "\n}\n"}


_INTRODUCTION = """<!-- Generated from src/vedette/protection/rules/sources by tools/generate.py, not to be edited. -->

# Detections

What the default rules look for in requests, and what exploit prevention looks for where inputs end up.
`vedette rules explain ID` shows the same in a terminal; [rules.md](../rules.md) tells how to write rules, exclude and
test them.
"""


def detections_page() -> dict[str, str]:
    """The page of all detections, by class."""
    sections = [_section(each) for each in classes()]
    return {"docs/generated/detections.md": "\n".join([_INTRODUCTION, *sections])}


def _section(each: dict[str, Any]) -> str:
    rows = [f"| [`{rule['id']}`](#{rule['id']}) | {rule['name']} | {_weight(rule)} |" for rule in each["rules"]]
    table = "\n".join(["| Rule | Name | In mode `block` |", "| --- | --- | --- |", *rows])
    explained = "\n".join(_explained(rule) for rule in each["rules"])
    return f"## {each['title']}\n\n{each['matters']}\n\n{table}\n\n{explained}"


def _weight(rule: dict[str, Any]) -> str:
    return "refuses" if rule.get("on_match", ["block"]) else "reports"


def _explained(rule: dict[str, Any]) -> str:
    passes = f"- **Lets pass:** {_code(rule['look_alikes'][0])}\n" if rule.get("look_alikes") else ""
    return (
        f'### <a id="{rule["id"]}"></a>{rule["id"]}: {rule["name"]}\n\n'
        f"- **Detects:** {_plain(rule['detects'])}\n"
        f"- **Why it matters:** {_plain(rule['matters'])}\n"
        f"- **Example:** {_code(rule['attacks'][0])}\n"
        f"{passes}"
        f"- **Limits:** {_plain(rule['limits'])}\n"
        f"- **References:** {', '.join(_references(rule))}\n"
    )


def _references(rule: dict[str, Any]) -> list[str]:
    capec = rule.get("capec")
    links = [f"[CWE-{rule['cwe']}](https://cwe.mitre.org/data/definitions/{rule['cwe']}.html)"]
    links += [f"[CAPEC-{capec}](https://capec.mitre.org/data/definitions/{capec}.html)"] if capec else []
    return links + [f"<{address}>" for address in rule["references"]]


def _plain(text: str) -> str:
    """Marks that Markdown would read as HTML or a template."""
    return text.replace("<", "&lt;").replace("{{", "&#123;&#123;")


def _code(example: Any) -> str:
    text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
    shown = text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0")
    return f"`` {shown} ``"
