"""Deny lists: what is typed into the form, and the rows of the table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from vedette.agent.remote.check import Wrong
from vedette.agent.remote.items import Item

LASTING = (
    ("for ever", 0),
    ("1 hour", 3_600),
    ("1 day", 86_400),
    ("7 days", 7 * 86_400),
    ("30 days", 30 * 86_400),
)
NAMES = {"address": "Address", "user": "User", "session": "Session", "allow": "Never refused"}
SECOND = 1_000_000_000


def entries(form: Mapping[str, str]) -> list[Item]:
    """The entries of a form: one per line or between commas, `#` begins a comment. Raises Wrong."""
    kind, lasting = form.get("kind", ""), form.get("lasting", "0")
    if kind not in NAMES or not (lasting.isascii() and lasting.isdigit()):
        raise Wrong("choose what is denied, and for how long")
    expires = int(time.time()) + int(lasting) if int(lasting) else 0
    scope = form.get("service", "").strip(), form.get("env", "").strip()
    found = [Item(kind, text, *scope, None, expires, form.get("note", "")) for text in _texts(form.get("entries", ""))]
    if not found:
        raise Wrong("there is no entry")
    return found


def _texts(given: str) -> Iterator[str]:
    for line in given.splitlines():
        yield from filter(None, (text.strip() for text in line.partition("#")[0].split(",")))


def row(item: Item) -> dict[str, Any]:
    """One entry of the table."""
    return {
        "kind": item.kind,
        "what": NAMES[item.kind],
        "id": item.id,
        "service": item.service,
        "env": item.env,
        "until": item.expires * SECOND,
        "note": item.note,
        "changed": item.changed,
    }
