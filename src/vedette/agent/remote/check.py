"""Whether a wish makes sense, before any process is asked to follow it."""

from __future__ import annotations

import ipaddress
import json
import re
import time
from collections.abc import Callable
from typing import Any

from vedette import _native
from vedette.agent.remote.items import KINDS, Item
from vedette.settings.options import OPTIONS

LONGEST = 500
"""Characters of an id, a service, an environment, a note."""
RULE_MODES = ("off", "monitor", "block")
NAME = re.compile(r"[\w.:-]{1,200}")
CONFIG = re.compile(r"[A-Z][A-Z0-9_]{1,60}/[\w.-]{1,100}")


class Wrong(ValueError):
    """A wish that makes no sense; the text says why, for whoever had it."""


def checked(item: Item) -> Item:
    """The item in the form in which it is kept. Raises Wrong."""
    if item.kind not in KINDS:
        raise Wrong(f"there is nothing of the kind {item.kind!r}; there are {', '.join(KINDS)}")
    for text in (item.id, item.service, item.env, item.note):
        if len(text) > LONGEST or any(ord(letter) < 32 for letter in text):
            raise Wrong(f"texts are of at most {LONGEST} characters, without control characters")
    if item.expires and item.expires <= time.time():
        raise Wrong("it would end before it begins")
    service, env = ("" if text.strip() == "*" else text.strip() for text in (item.service, item.env))
    return CHECKS[item.kind](item._replace(service=service, env=env, note=item.note.strip()))


def _address(item: Item) -> Item:
    try:
        network = ipaddress.ip_network(item.id.strip(), strict=False)
    except ValueError:
        raise Wrong(f"{item.id!r} is no address, and no network such as 192.0.2.0/24") from None
    if network.prefixlen == 0:
        raise Wrong(f"{item.id!r} is everybody")
    single = network.prefixlen == network.max_prefixlen
    return item._replace(id=str(network.network_address) if single else str(network), value=None)


def _text(item: Item) -> Item:
    if not item.id.strip():
        raise Wrong("it is empty")
    return item._replace(id=item.id.strip(), value=None)


def _settings(item: Item) -> Item:
    values = item.value
    if not isinstance(values, dict) or not values:
        raise Wrong("expected an object of options and their values")
    for name, value in values.items():
        option = OPTIONS.get(name)
        if option is None or not option.live:
            live = ", ".join(sorted(option.name for option in OPTIONS.values() if option.live))
            raise Wrong(f"{name}: no option that can be changed at run time; those are {live}")
        try:
            option.kind.parse(value)
        except ValueError as error:
            raise Wrong(f"{name}: {error}") from None
    return item._replace(id="settings")


def _rule(item: Item) -> Item:
    mode = item.value.get("mode") if isinstance(item.value, dict) else None
    if mode not in RULE_MODES:
        raise Wrong(f"mode: expected one of {', '.join(RULE_MODES)}")
    return _named(item)._replace(value={"mode": mode})


def _named(item: Item) -> Item:
    if not NAME.fullmatch(item.id):
        raise Wrong(f"{item.id!r}: ids are of letters, digits, and . : _ -")
    return item


def _exclusion(item: Item) -> Item:
    return _part_of_a_file(_named(item), "exclusions")


def _custom_rule(item: Item) -> Item:
    return _part_of_a_file(_named(item), "custom_rules")


def _part_of_a_file(item: Item, name: str) -> Item:
    if not isinstance(item.value, dict):
        raise Wrong("expected an object")
    value = {**item.value, "id": item.id}
    _usable({name: [value]})
    return item._replace(value=value)


def _usable(file: Any) -> None:
    try:
        _, problems = _native.check_rules(json.dumps(file).encode())
    except ValueError as error:
        raise Wrong(str(error)) from None
    if problems:
        raise Wrong("; ".join(problems[:5]))


def _config(item: Item) -> Item:
    if not CONFIG.fullmatch(item.id):
        raise Wrong(f"{item.id!r}: expected PRODUCT/name, such as ASM_DATA/partners")
    if item.id.startswith(("ASM/", "ASM_DATA/", "ASM_DD/")):
        _usable(item.value)
    return item


CHECKS: dict[str, Callable[[Item], Item]] = {
    "settings": _settings,
    "address": _address,
    "allow": _address,
    "user": _text,
    "session": _text,
    "rule": _rule,
    "exclusion": _exclusion,
    "custom-rule": _custom_rule,
    "config": _config,
}
