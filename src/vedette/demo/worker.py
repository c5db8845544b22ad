"""What happens after an order: the receipt, and new pieces on the shelf (Celery).

The broker is Redis where there is one. Otherwise messages are files in a folder that both sides read, so that the
shop needs no server at all.
"""

from __future__ import annotations

import logging
import random
from typing import Any

import requests
from celery import Celery  # type: ignore[import-untyped]

from vedette.demo.place import DATA, ORDERS_URL, REDIS_URL

DELIVERY = 50
DEPOT_KEY = "depot-1855"

log = logging.getLogger("shop.worker")


def broker() -> dict[str, Any]:
    """The settings that name the broker."""
    if REDIS_URL:
        return {"broker_url": REDIS_URL}
    queue, control = DATA / "queue", DATA / "control"
    for folder in (queue, control):
        folder.mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.2,
    }
    return {"broker_url": "filesystem://", "broker_transport_options": options}


app = Celery("shop")
app.conf.update(
    **broker(),
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    task_default_queue="shop",
)


class PostOfficeClosed(Exception):
    """The receipt could not be sent now."""


@app.task(name="shop.send_receipt", bind=True, max_retries=3)  # type: ignore[untyped-decorator]
def send_receipt(self: Any, order: int) -> str:
    """Send the receipt; one in eight finds the post office closed and is tried again."""
    if self.request.retries == 0 and random.random() < 1 / 8:
        raise self.retry(exc=PostOfficeClosed(f"receipt {order}"), countdown=1)
    log.info("receipt for order %s sent", order)
    return f"receipt {order}"


@app.task(name="shop.restock")  # type: ignore[untyped-decorator]
def restock(sku: str, low: int) -> int:
    """Order new pieces when the shelf is low; returns how many are there now."""
    pieces = int(requests.get(f"{ORDERS_URL}/stock/{sku}", timeout=10).json()["pieces"])
    if pieces < low:
        delivered = requests.post(
            f"{ORDERS_URL}/stock/{sku}/deliveries",
            json={"pieces": DELIVERY},
            headers={"X-Api-Key": DEPOT_KEY},
            timeout=10,
        )
        delivered.raise_for_status()
        pieces += DELIVERY
    return pieces
