"""Attacks on the shop's accounts: stolen passwords tried one after the other, and one account tried from everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.demo.accounts import LEAKED

if TYPE_CHECKING:
    import httpx

    from vedette.demo.load import Load

STUFFER = "203.0.113.66"
BOTS = tuple(f"203.0.113.{number}" for number in range(100, 112))
STOLEN = tuple((f"user{number}@mail.example", "123456") for number in range(14))


async def stuff(load: Load, client: httpx.AsyncClient) -> None:
    """Credential stuffing: a list of stolen names and passwords from one address; the last one works."""
    for name, password in (*STOLEN, LEAKED):
        await load.sign_in(client, name, password, STUFFER)


async def force(load: Load, client: httpx.AsyncClient) -> None:
    """Brute force against the keeper's account, spread over many addresses."""
    for address in BOTS:
        await load.sign_in(client, "keeper", f"guess-{load.chance.randint(1, 9999)}", address)
