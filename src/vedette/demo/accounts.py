"""The shop's accounts. One of its shoppers has a password that was stolen elsewhere."""

from __future__ import annotations

import hashlib
import hmac

SHOPPERS = 500
LEAKED = ("shopper-7", "anchor1855")
"""A name and password that are on the attackers' lists."""


def password_of(name: str) -> str:
    """What an honest shopper types."""
    return LEAKED[1] if name == LEAKED[0] else "pw-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def exists(name: str) -> bool:
    """Whether there is such an account."""
    kind, _, number = name.partition("-")
    return name == "keeper" or (kind == "shopper" and number.isdigit() and 0 < int(number) <= SHOPPERS)


def is_right(name: str, password: str) -> bool:
    """Whether that is the account's password."""
    return exists(name) and hmac.compare_digest(password_of(name).encode(), password.encode())
