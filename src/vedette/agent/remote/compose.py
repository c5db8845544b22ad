"""From items to configurations, in the form that tracers read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from vedette.agent.remote.items import LISTS, Item

Json = dict[str, Any]
DATA = {
    "address": ("blocked_ips", "ip_with_expiration"),
    "user": ("blocked_users", "data_with_expiration"),
    "session": ("blocked_sessions", "data_with_expiration"),
    "allow": ("allowed_ips", "ip_with_expiration"),
}
"""For each kind of entry the list that rules look into, and what is in it."""
OWN = "VEDETTE_SETTINGS"


class Config(NamedTuple):
    """A configuration as it is handed out."""

    product: str
    id: str
    content: bytes


def compose(items: Sequence[Item], service: str, env: str) -> list[Config]:
    """All configurations of a process, whatever products it may ask for."""
    mine = [item for item in items if item.is_for(service, env)]
    found = [*_settings(mine), *_switch(mine), *_lists(mine), *_rules(mine), *_given(mine)]
    return [Config(product, identity, json.dumps(content).encode()) for product, identity, content in found]


def _of(items: Iterable[Item], kind: str) -> list[Item]:
    return [item for item in items if item.kind == kind]


def _settings(items: Sequence[Item]) -> Iterator[tuple[str, str, Json]]:
    for item in _of(items, "settings"):
        identity = _slug(f"settings-{item.service or 'all'}-{item.env or 'all'}")
        target = {"service": item.service or "*", "env": item.env or "*"}
        library, rest = _library(item.value)
        if library:
            revision = item.changed // 1_000_000
            about = {"action": "enable", "revision": revision, "schema_version": "v1.0.0", "service_target": target}
            yield "APM_TRACING", identity, {"id": identity, **about, "lib_config": library}
        if rest:
            yield OWN, identity, {"service_target": target, "settings": rest}


def _library(values: Json) -> tuple[Json, Json]:
    """Options by the names that all tracers know, and the other ones."""
    known = {
        "sample_rate": "tracing_sampling_rate",
        "sampling_rules": "tracing_sampling_rules",
        "logs_injection": "log_injection_enabled",
        "enabled": "tracing_enabled",
    }
    library = {known[name]: value for name, value in values.items() if name in known}
    if "tags" in values:
        library["tracing_tags"] = [f"{key}:{value}" for key, value in values["tags"].items()]
    if "header_tags" in values:
        pairs = values["header_tags"].items()
        library["tracing_header_tags"] = [{"header": header, "tag_name": tag} for header, tag in pairs]
    return library, {name: value for name, value in values.items() if name not in {*known, "tags", "header_tags"}}


def _switch(items: Sequence[Item]) -> Iterator[tuple[str, str, Json]]:
    """Protection on or off, for tracers that know no more of it."""
    modes = [(bool(i.service) * 2 + bool(i.env), i.value["protection"]) for i in items if _has_mode(i)]
    if modes:
        yield "ASM_FEATURES", "protection", {"asm": {"enabled": max(modes, key=lambda one: one[0])[1] != "off"}}


def _has_mode(item: Item) -> bool:
    return item.kind == "settings" and "protection" in item.value


def _lists(items: Sequence[Item]) -> Iterator[tuple[str, str, Json]]:
    entries: dict[str, list[Json]] = {}
    for item in items:
        if item.kind in LISTS:
            entries.setdefault(item.kind, []).append({"value": item.id, "expiration": item.expires})
    if entries:
        lists = [{"id": DATA[kind][0], "type": DATA[kind][1], "data": data} for kind, data in entries.items()]
        yield "ASM_DATA", "lists", {"rules_data": lists}


def _rules(items: Sequence[Item]) -> Iterator[tuple[str, str, Json]]:
    # More exact targets come last: of several overrides of one rule the last one counts.
    overrides = sorted(_of(items, "rule"), key=lambda item: 2 * bool(item.service) + bool(item.env))
    if overrides:
        yield "ASM", "rule-modes", {"rules_override": [_override(item) for item in overrides]}
    exclusions = [item.value for item in _of(items, "exclusion")]
    if exclusions:
        yield "ASM", "exclusions", {"exclusions": exclusions}
    rules = [item.value for item in _of(items, "custom-rule")]
    if rules:
        yield "ASM", "custom-rules", {"custom_rules": rules}


def _override(item: Item) -> Json:
    target = {"rules_target": [{"rule_id": item.id}]}
    consequences: dict[str, Json] = {"off": {"enabled": False}, "monitor": {"enabled": True, "on_match": []}}
    return {**target, **consequences.get(item.value["mode"], {"enabled": True, "on_match": ["block"]})}


def _given(items: Sequence[Item]) -> Iterator[tuple[str, str, Json]]:
    for item in _of(items, "config"):
        product, _, identity = item.id.partition("/")
        yield product, identity, item.value


def _slug(text: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in text)
