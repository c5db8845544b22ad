"""What the shop sells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Product:
    """One article; the price is in cents."""

    sku: str
    name: str
    price: int
    words: str

    def as_json(self) -> dict[str, Any]:
        """The product as the shop's interfaces show it."""
        return asdict(self)


PRODUCTS = (
    Product("lamp-01", "Watch lamp", 4900, "Storm lantern with a glass that survives the storm."),
    Product("rope-10", "Rope, 10 m", 1850, "Hemp, three strands, tarred."),
    Product("bell-02", "Ship's bell", 12900, "Cast brass. Can be heard in the next harbour."),
    Product("map-07", "Chart of the estuary", 2400, "Depths in metres, lights and buoys of last year."),
    Product("glass-3", "Spyglass", 8900, "Thirty times, with a leather case."),
    Product("comp-05", "Compass", 6400, "Dry card, gimballed, with a lid."),
    Product("coat-11", "Oilskin coat", 15900, "Keeps the rain out for one watch at least."),
    Product("mug-01", "Enamel mug", 1200, "Holds half a litre of anything hot."),
)
BY_SKU = {product.sku: product for product in PRODUCTS}
