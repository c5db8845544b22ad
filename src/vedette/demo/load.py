"""The shop's public: shoppers who browse, search and buy, and a few attackers.

Every visitor comes from an address of its own (``X-Forwarded-For``, out of the ranges reserved for documentation).
The first visits are one of each kind, so that a short run shows everything; after that they come at random, in fixed
proportions.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from vedette.demo.accounts import password_of
from vedette.demo.attacks import ATTACKS, Attack
from vedette.demo.burglars import force, stuff
from vedette.demo.catalogue import PRODUCTS

VISITORS = 4
PAUSE_SECONDS = (0.02, 0.25)
SEARCHES = ("lamp", "rope", "coat", "brass", "harbour", "candle")
REFUSED = 403


@dataclass
class Load:
    """Visits to a running shop; what came of them is in ``answers`` and ``blocked``."""

    front: str
    orders: str
    chance: random.Random = field(default_factory=lambda: random.Random(1855))
    answers: Counter[str] = field(default_factory=Counter)
    attacks: int = 0
    blocked: int = 0
    unanswered: int = 0

    async def run(self, over: asyncio.Event) -> None:
        """Visit until ``over`` is set."""
        # Visitors do not share connections, so neither do their requests.
        async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_keepalive_connections=0)) as client:
            opening = itertools.chain(self._one_of_each(client), self._at_random(client))
            await asyncio.gather(*(self._visitor(opening, over) for _ in range(VISITORS)))

    async def _visitor(self, visits: Iterator[Callable[[], Awaitable[None]]], over: asyncio.Event) -> None:
        while not over.is_set():
            try:
                await next(visits)()
            except (httpx.HTTPError, OSError):
                self.unanswered += 1
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), self.chance.uniform(*PAUSE_SECONDS))

    def _one_of_each(self, client: httpx.AsyncClient) -> Iterator[Callable[[], Awaitable[None]]]:
        for kind in KINDS:
            yield lambda kind=kind: kind(self, client)  # type: ignore[misc]
        for attack in ATTACKS:
            yield lambda attack=attack: self.attack(client, attack)  # type: ignore[misc]

    def _at_random(self, client: httpx.AsyncClient) -> Iterator[Callable[[], Awaitable[None]]]:
        kinds, weights = list(KINDS), list(KINDS.values())
        while True:
            (kind,) = self.chance.choices(kinds, weights)
            yield lambda kind=kind: kind(self, client)  # type: ignore[misc]

    async def ask(self, client: httpx.AsyncClient, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """One request of an honest visitor to the front."""
        address = f"198.51.100.{self.chance.randint(1, 60)}"
        headers = {"X-Forwarded-For": address, "User-Agent": "Mozilla/5.0 (shopper)"}
        answer = await client.request(method, self.front + path, headers=headers, **more)
        self.answers[f"{answer.status_code // 100}xx"] += 1
        return answer

    async def sign_in(self, client: httpx.AsyncClient, name: str, password: str, address: str) -> str:
        """One try to sign in, from an address; the token that it gave, empty if it failed."""
        headers = {"X-Forwarded-For": address, "User-Agent": "Mozilla/5.0 (shopper)"}
        answer = await client.post(f"{self.front}/login", json={"name": name, "password": password}, headers=headers)
        self.answers[f"{answer.status_code // 100}xx"] += 1
        return str(answer.json()["token"]) if answer.is_success else ""

    async def account(self, client: httpx.AsyncClient, token: str, address: str) -> None:
        """A shopper's own page."""
        headers = {"X-Forwarded-For": address, "Authorization": f"Bearer {token}"}
        answer = await client.get(f"{self.front}/account", headers=headers)
        self.answers[f"{answer.status_code // 100}xx"] += 1

    async def attack(self, client: httpx.AsyncClient, attack: Attack) -> None:
        """The same attack on both services: the front watches, ``orders`` blocks."""
        headers = {"X-Forwarded-For": f"203.0.113.{self.chance.randint(1, 9)}", **attack.headers}
        for target, path in ((self.front, attack.front), (self.orders, attack.orders)):
            self.attacks += 1
            answer = await client.get(target + path, params=attack.query, headers=headers)
            self.blocked += answer.status_code == REFUSED
            self.answers[f"{answer.status_code // 100}xx"] += 1


async def browse(load: Load, client: httpx.AsyncClient) -> None:
    """The first page and two products."""
    await load.ask(client, "/")
    for product in load.chance.sample(PRODUCTS, 2):
        await load.ask(client, f"/products/{product.sku}")


async def enter(load: Load, client: httpx.AsyncClient) -> None:
    """Sign in, each shopper from the same address; one in five mistypes first."""
    number = load.chance.randint(1, 60)
    name, address = f"shopper-{number}", f"198.51.100.{number}"
    if load.chance.random() < 1 / 5:
        await load.sign_in(client, name, "pw", address)
    token = await load.sign_in(client, name, password_of(name), address)
    await load.account(client, token, address)


async def search(load: Load, client: httpx.AsyncClient) -> None:
    """A search; one word has an apostrophe in it, which the shop takes badly."""
    await load.ask(client, "/search", params={"q": load.chance.choice(SEARCHES)})


async def buy(load: Load, client: httpx.AsyncClient) -> None:
    """Fill a cart and pay; one card in seven is refused."""
    shopper = f"shopper-{load.chance.randint(1, 500)}"
    for product in load.chance.sample(PRODUCTS, 2):
        await load.ask(client, f"/carts/{shopper}/items", "POST", json={"sku": product.sku})
    await load.ask(client, f"/carts/{shopper}")
    card = "4000 0000 0000 0000" if load.chance.random() < 1 / 7 else "4000 0000 0000 1111"
    await load.ask(client, f"/carts/{shopper}/checkout", "POST", json={"card": card})


async def stumble(load: Load, client: httpx.AsyncClient) -> None:
    """A page that fails, and one that is not there."""
    await load.ask(client, f"/recommendations/{PRODUCTS[-1].sku}")
    await load.ask(client, "/products/kraken")


async def report(load: Load, client: httpx.AsyncClient) -> None:
    """The slow report."""
    await load.ask(client, "/report")


async def export(load: Load, client: httpx.AsyncClient) -> None:
    """The streamed list of orders."""
    await load.ask(client, "/orders/export")


async def watch_stock(load: Load, client: httpx.AsyncClient) -> None:
    """The live stock, over a websocket."""
    import websockets  # slow to import, and the first visitors need not wait for it

    async with websockets.connect(load.front.replace("http", "ws", 1) + "/stock/live") as connection:
        await connection.send(load.chance.choice(PRODUCTS).sku)
        async for _ in connection:
            pass


async def attack(load: Load, client: httpx.AsyncClient) -> None:
    """Somebody tries the door."""
    await load.attack(client, load.chance.choice(ATTACKS))


# What visitors do, and how often.
KINDS: dict[Callable[[Load, httpx.AsyncClient], Awaitable[None]], int] = {
    browse: 40,
    enter: 15,
    search: 20,
    buy: 20,
    stumble: 4,
    report: 3,
    export: 3,
    watch_stock: 3,
    attack: 7,
    stuff: 1,
    force: 1,
}
