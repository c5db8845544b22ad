"""Rules: those that come with vedette and their modes, exclusions, rules of one's own."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from vedette.agent.panels.exclusion import PLACEHOLDER
from vedette.agent.remote.check import Wrong
from vedette.agent.remote.items import Item

SOURCES = {
    "query": "server.request.query",
    "body": "server.request.body",
    "cookie": "server.request.cookies",
    "header": "server.request.headers.no_cookies",
    "path": "server.request.path_params",
}
"""Where parameters are, as the form names it, and the address that rules know."""
EXAMPLE = """{
  "name": "Internal paths from outside",
  "tags": {"type": "internal_path", "category": "attack_attempt"},
  "conditions": [{
    "operator": "match_regex",
    "parameters": {
      "inputs": [{"address": "server.request.uri.raw"}],
      "regex": "^/internal/"
    }
  }],
  "on_match": ["block"]
}"""


@functools.cache
def built_in() -> list[dict[str, Any]]:
    """The rules that come with vedette: `id`, `name`, `type`, `category`, `explanation`, `blocks`."""
    file = resources.files("vedette") / "protection" / "rules" / "default.json"
    rules = json.loads(file.read_text(encoding="utf-8"))["rules"]
    return [_told(rule) for rule in rules]


def _told(rule: dict[str, Any]) -> dict[str, Any]:
    tags = rule.get("tags", {})
    return {
        "id": rule["id"],
        "name": rule.get("name", rule["id"]),
        "type": tags.get("type", ""),
        "category": tags.get("category", ""),
        "explanation": tags.get("explanation", ""),
        "blocks": "block" in rule.get("on_match", ()),
    }


def table(items: Sequence[Item], search: str) -> list[dict[str, Any]]:
    """Rules whose id, name or type has the text, each with its mode for all services, and for which it differs.

    Rules that are not built in stand there if somebody has changed their mode.
    """
    own = [_told({**item.value, "id": item.id}) for item in items if item.kind == "custom-rule"]
    known = [*own, *built_in()]
    names = {rule["id"] for rule in known}
    others = {item.id for item in items if item.kind == "rule"} - names
    known += [_told({"id": identity}) for identity in sorted(others)]
    wanted = search.lower()
    rows = [rule for rule in known if wanted in f"{rule['id']} {rule['name']} {rule['type']}".lower()]
    return [{**rule, **_modes(rule["id"], items)} for rule in rows]


def _modes(identity: str, items: Sequence[Item]) -> dict[str, Any]:
    mine = [item for item in items if item.kind == "rule" and item.id == identity]
    everywhere = next((item.value["mode"] for item in mine if not (item.service or item.env)), "")
    scoped = [
        {"service": item.service, "env": item.env, "mode": item.value["mode"]}
        for item in mine
        if item.service or item.env
    ]
    return {"mode": everywhere, "scoped": scoped}


def exclusion_of(form: Mapping[str, str]) -> Item:
    """An exclusion out of the form: a rule, a route, a parameter, of which one may be missing. Raises Wrong."""
    rule, route, name = (form.get(field, "").strip() for field in ("rule", "route", "parameter"))
    source = form.get("source", "")
    if source and source not in SOURCES:
        raise Wrong("choose where the parameter is")
    if not (rule or route or (source and name)):
        raise Wrong("name a rule, a route or a parameter: this would exclude everything")
    value: dict[str, Any] = {"rules_target": [{"rule_id": rule}]} if rule else {}
    if route:
        inputs = [{"address": "server.request.uri.raw"}]
        parameters = {"inputs": inputs, "regex": pattern(route)}
        value["conditions"] = [{"operator": "match_regex", "parameters": parameters}]
    if source:
        value["inputs"] = [{"address": SOURCES[source], **({"key_path": [name]} if name else {})}]
    identity = re.sub(r"[^\w.-]+", "-", "-".join(filter(None, ("exclude", rule, route, source, name)))).strip("-")
    return Item("exclusion", identity[:180], form.get("service", "").strip(), "", value, 0, form.get("note", ""))


def told_exclusion(form: Mapping[str, str]) -> Item:
    """The exclusion that an attack's page offers, a rule file in JSON. Raises Wrong."""
    try:
        value = json.loads(form.get("file", ""))["exclusions"][0]
        return Item("exclusion", str(value["id"]), form.get("service", "").strip(), "", value)
    except (ValueError, RecursionError, TypeError, LookupError):
        raise Wrong("that is no exclusion") from None


def pattern(route: str) -> str:
    """A pattern of the raw addresses of a route, whichever way its parameters are written."""
    parts, last = [], 0
    for match in PLACEHOLDER.finditer(route):
        wide = "path" in match.group() or "*" in match.group()
        parts += [re.escape(route[last : match.start()]), "[^?]+" if wide else "[^/?]+"]
        last = match.end()
    return "^" + "".join([*parts, re.escape(route[last:])]) + r"(?:\?|$)"


def custom_rule_of(form: Mapping[str, str]) -> Item:
    """A rule of one's own out of the form. Raises Wrong."""
    try:
        value = json.loads(form.get("rule", ""))
    except (ValueError, RecursionError) as error:
        raise Wrong(f"not JSON: {error}") from None
    identity = form.get("id", "").strip() or (value.get("id", "") if isinstance(value, dict) else "")
    return Item("custom-rule", str(identity), form.get("service", "").strip(), "", value, 0, form.get("note", ""))


def excluded(item: Item) -> dict[str, Any]:
    """An exclusion as the table shows it."""
    value = item.value
    rules = [target.get("rule_id") or json.dumps(target.get("tags", {})) for target in value.get("rules_target", ())]
    inputs = [".".join([one["address"], *one.get("key_path", ())]) for one in value.get("inputs", ())]
    conditions = [
        one.get("parameters", {}).get("regex", one.get("operator", "")) for one in value.get("conditions", ())
    ]
    return {
        "id": item.id,
        "service": item.service,
        "env": item.env,
        "note": item.note,
        "rules": rules,
        "inputs": inputs,
        "conditions": conditions,
        "changed": item.changed,
    }
