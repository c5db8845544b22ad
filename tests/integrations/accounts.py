"""What the tests of user events have in common: what was told of users, whatever the framework."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integrations.made import Spans
from vedette.protection import protect
from vedette.settings import load

SUCCESS = "appsec.events.users.login.success."
FAILURE = "appsec.events.users.login.failure."
SIGNUP = "appsec.events.users.signup."


@contextlib.contextmanager
def protected(mode: str = "monitor", **options: Any) -> Iterator[None]:
    """Protection, for the length of the block."""
    off = protect(load({"protection": mode, **options}))
    try:
        yield
    finally:
        off()


@contextlib.contextmanager
def denying(folder: Path, address: str, value: str) -> Iterator[None]:
    """Protection that refuses one user, session or login."""
    inputs = [{"address": address}]
    rule = {
        "id": "deny-1",
        "name": "Denied",
        "tags": {"type": "block_user", "category": "security_response"},
        "conditions": [{"operator": "exact_match", "parameters": {"inputs": inputs, "list": [value]}}],
        "on_match": ["block"],
    }
    file = folder / "deny.json"
    file.write_text(json.dumps({"version": "2.2", "rules": [rule]}))
    with protected("block", protection_rules=str(file)):
        yield


def basic(name: str, password: str = "right") -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def told(spans: Spans) -> list[dict[str, Any]]:
    """What each request told of users, `usr.id` and the events in short forms."""
    requests = [span["attributes"] for span in spans() if span.get("type") == "web"]
    return [_short(attributes) for attributes in requests]


def _short(attributes: dict[str, Any]) -> dict[str, Any]:
    names = {
        "user.id": "id",
        "session.id": "session",
        "user.email": "email",
        "user.full_name": "name",
        "_dd.appsec.usr.login": "login",
        "_dd.appsec.user.collection_mode": "mode",
    }
    short = {short: attributes[name] for name, short in names.items() if name in attributes}
    for event, word in ((SUCCESS, "success"), (FAILURE, "failure"), (SIGNUP, "signup")):
        if attributes.get(event + "track") == "true":
            short[word] = attributes.get(event + "usr.login")
            short["mode"] = attributes["_dd." + event + "auto.mode"]
    if FAILURE + "usr.exists" in attributes:
        short["exists"] = attributes[FAILURE + "usr.exists"]
    return short
