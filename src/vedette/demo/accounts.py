"""The shop's accounts. One of its shoppers has a password that was stolen elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import uuid

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


def token_of(name: str) -> str:
    """What a shopper who has signed in shows from then on."""
    return f"{name}.{hashlib.sha256(f'shop {name}'.encode()).hexdigest()[:32]}"


def shown(header: str) -> str | None:
    """The shopper whose token an `Authorization` header has, or None."""
    name = header.partition(" ")[2].partition(".")[0]
    return name if exists(name) and hmac.compare_digest(f"Bearer {token_of(name)}".encode(), header.encode()) else None


def details(name: str) -> dict[str, object]:
    """What the shop knows of a shopper."""
    number = name.rpartition("-")[2]
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "shopper": name,
        "email": f"{name}@example.org",
        "phone": f"+44 20 7946 {number.zfill(4)[-4:]}",
        "since": "2024-03-01T10:00:00Z",
        "newsletter": number.endswith("1"),
    }


def is_right(name: str, password: str) -> bool:
    """Whether that is the account's password."""
    return exists(name) and hmac.compare_digest(password_of(name).encode(), password.encode())
