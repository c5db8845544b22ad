"""An exclusion for one rule, on one route, for one parameter, in the form of rule files."""

from __future__ import annotations

import re
from typing import Any

from vedette.agent.panels.attack import Attack, path_of

# How frameworks write a parameter in a route: <int:id>, {id}, :id, (?P<id>...), *.
PLACEHOLDER = re.compile(r"\\?<[^<>]*>|\\?\{[^{}]*\\?\}|(?<=/):\w+|\\?\*+")


def exclusion(attack: Attack, finding: dict[str, Any]) -> dict[str, Any]:
    """What makes this rule pass over this input on this route, and nothing else."""
    inputs = [{"address": match["source"], **_path(match["path"])} for match in finding["matches"] if match["source"]]
    unique = [entry for n, entry in enumerate(inputs) if entry not in inputs[:n]]
    made: dict[str, Any] = {
        "id": f"exclude-{finding['rule']}-{_slug(attack.endpoint)}",
        "rules_target": [{"rule_id": finding["rule"]}],
        "conditions": [
            {
                "operator": "match_regex",
                "parameters": {"inputs": [{"address": "server.request.uri.raw"}], "regex": route_pattern(attack)},
            }
        ],
    }
    return {**made, "inputs": unique} if unique else made


def _path(path: list[str]) -> dict[str, list[str]]:
    """The key of a parameter without the number of its value."""
    kept = path[:-1] if len(path) > 1 and path[-1].isdigit() else path
    return {"key_path": kept} if kept else {}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]


def route_pattern(attack: Attack) -> str:
    """A pattern of the raw addresses that belong to the attacked route; of its path where there is no route."""
    said = attack.span["attributes"]
    route = str(said.get("http.route", "")) or re.escape(path_of(str(said.get("url.full", "/"))))
    parts, last = [], 0
    for match in PLACEHOLDER.finditer(route) if said.get("http.route") else ():
        parts += [re.escape(route[last : match.start()]), "[^/?]+"]
        last = match.end()
    rest = route[last:]
    parts.append(re.escape(rest) if said.get("http.route") else rest)
    return "^" + "".join(parts) + r"(?:\?|$)"
