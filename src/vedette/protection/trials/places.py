"""The places of a request that a text is put into."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "query": lambda text: {"query": f"page=2&q={_encoded(text)}&sort=name"},
    "path": lambda text: {"path": f"/shop/items/{_encoded(text)}", "path_params": {"item": text}},
    "header": lambda text: {"header": {"x-customer-note": text, "accept": "*/*"}},
    "cookie": lambda text: {"cookie": f"theme=dark; last={_encoded(text)}"},
    "form": lambda text: {"method": "POST", "form": {"name": "Ann", "note": text, "go": "1"}},
    "json": lambda text: {"method": "POST", "json": {"order": {"lines": [{"n": 1}, {"n": 2, "note": text}]}}},
    "json in text": lambda text: {"method": "POST", "json": {"payload": json.dumps({"user": {"name": text}})}},
    "multipart": lambda text: {"method": "POST", "multipart": {"title": "x", "note": text}},
    "xml": lambda text: {"method": "POST", "xml": f"<order><note>{escape(text)}</note></order>"},
}
"""A request that carries a text, by the name of the place."""

ATTACKED = tuple(PLACES)
"""Where attacks are tried."""

ORDINARY = ("query", "form", "json", "multipart")
"""Where texts of people are tried: nobody writes a review into a path."""
