"""Searches of the live list that lead from a number to its traces."""

from __future__ import annotations

LONGEST = 120
"""Characters of a value that are searched for; the rest may be anything."""


def term(key: str, value: str) -> str:
    """`key:"value"`, exactly that value (as far as the language can say it)."""
    shown = value if len(value) <= LONGEST else value[:LONGEST] + "*"
    # The language has no quotes within quotes, and white space of other kinds would be lost in an address.
    return f'{key}:"{shown.replace(chr(34), "*")}"'


def terms(**values: str) -> str:
    """Several of them; empty values are left out."""
    return " ".join(term(key, value) for key, value in values.items() if value)
