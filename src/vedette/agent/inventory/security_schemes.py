"""Kinds of authentication, as they were told, for people and for OpenAPI."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

NONE = "none"


class Kind(NamedTuple):
    """One kind of authentication."""

    label: str
    """For people."""
    name: str
    """Among the security schemes; empty for none."""
    scheme: dict[str, Any]
    """The security scheme object (OpenAPI 3.1, section 4.8.27)."""


def kind(told: str) -> Kind:
    """What a kind (`bearer:jwt`, `api_key:header:x-api-key`, ...) means."""
    first, _, rest = told.partition(":")
    if told == NONE:
        return Kind("none", "", {})
    if first == "api_key":
        place, _, name = rest.partition(":")
        place = place if place in ("header", "query", "cookie") else "header"
        return Kind(f"API key ({name})", _name("apiKey", name), {"type": "apiKey", "in": place, "name": name})
    if first == "cookie":
        return Kind(f"cookie ({rest})", _name("cookie", rest), {"type": "apiKey", "in": "cookie", "name": rest})
    if first == "bearer" and rest == "jwt":
        return Kind("bearer (JWT)", "bearerJwt", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return Kind(first, _name(first, ""), {"type": "http", "scheme": first})


def _name(begin: str, more: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", more)
    return begin.replace(":", "-") + "".join(word[:1].upper() + word[1:] for word in words)
