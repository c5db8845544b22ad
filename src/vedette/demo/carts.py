"""Shopping carts: in Redis where there is one, else in the process's memory."""

from __future__ import annotations

from collections import Counter
from typing import Any, Protocol

ONE_HOUR = 3600


class Carts(Protocol):
    """How many pieces of which product each shopper has chosen."""

    async def add(self, shopper: str, sku: str) -> None:
        """One piece more."""

    async def items(self, shopper: str) -> dict[str, int]:
        """Pieces by product."""

    async def clear(self, shopper: str) -> None:
        """Empty the cart."""


class MemoryCarts:
    """Carts of one process."""

    def __init__(self) -> None:
        self.carts: dict[str, Counter[str]] = {}

    async def add(self, shopper: str, sku: str) -> None:
        """One piece more."""
        self.carts.setdefault(shopper, Counter())[sku] += 1

    async def items(self, shopper: str) -> dict[str, int]:
        """Pieces by product."""
        return dict(self.carts.get(shopper, {}))

    async def clear(self, shopper: str) -> None:
        """Empty the cart."""
        self.carts.pop(shopper, None)


class RedisCarts:
    """Carts that outlive the process, for an hour."""

    def __init__(self, url: str) -> None:
        import redis.asyncio  # optional: only shops with a Redis have the client

        # Any: the client's own types do not follow `decode_responses`.
        self.redis: Any = redis.asyncio.Redis.from_url(url, decode_responses=True)

    async def add(self, shopper: str, sku: str) -> None:
        """One piece more, in one round trip."""
        async with self.redis.pipeline() as pipeline:
            await pipeline.hincrby(f"cart:{shopper}", sku, 1).expire(f"cart:{shopper}", ONE_HOUR).execute()

    async def items(self, shopper: str) -> dict[str, int]:
        """Pieces by product."""
        return {sku: int(count) for sku, count in (await self.redis.hgetall(f"cart:{shopper}")).items()}

    async def clear(self, shopper: str) -> None:
        """Empty the cart."""
        await self.redis.delete(f"cart:{shopper}")


def open_carts(redis_url: str) -> Carts:
    """The carts for this shop."""
    return RedisCarts(redis_url) if redis_url else MemoryCarts()
