"""Searches of the live list that lead from a number to its traces."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

LONGEST = 120
"""Characters of a value that are searched for; the rest may be anything."""

KEY = re.compile(r"[A-Za-z_][\w.\-/]{0,99}")
"""Names that a search may have before the colon."""


def term(key: str, value: str) -> str:
    """`key:"value"`, exactly that value (as far as the language can say it)."""
    shown = value if len(value) <= LONGEST else value[:LONGEST] + "*"
    # The language has no quotes within quotes, and white space of other kinds would be lost in an address.
    return f'{key}:"{shown.replace(chr(34), "*")}"'


def live(name: str, value: Any) -> str:
    """The address of the live list limited to spans with this attribute; empty where the language can't name it."""
    if not KEY.fullmatch(name) or isinstance(value, (list, dict)) or value == "":
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "/?" + urlencode({"q": term(name, text)})


def terms(**values: str) -> str:
    """Several of them; empty values are left out."""
    return " ".join(term(key, value) for key, value in values.items() if value)
