"""Stock, search and orders (Flask), with a card processor that answers on the same server.

``/search`` pastes what the shopper typed into its SQL statement. That is the shop's deliberate weakness: it is what
the attackers of ``vedette demo`` look for, and what protection stops before the statement runs. Do not expose this
application.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import requests
from flask import Flask, Response, abort, jsonify, request

from vedette.demo import worker
from vedette.demo.database import opened, set_up
from vedette.demo.place import ORDERS_URL

STOLEN_CARD = "0000"
SLOW_ROWS = 200_000
LOW = 380

log = logging.getLogger("shop.orders")
app = Flask(__name__)
set_up()


class CardRefused(Exception):
    """The card processor said no."""


@app.get("/health")
def health() -> Response:
    """Whether the service is up."""
    return jsonify(status="up")


@app.get("/stock/<sku>")
def stock(sku: str) -> Response:
    """How many pieces are left."""
    with opened() as database:
        rows = database.rows("select pieces from stock where sku = ?", sku)
    if not rows:
        abort(404)
    return jsonify(sku=sku, pieces=rows[0][0])


@app.get("/search")
def search() -> Response:
    """Products by name, by a statement that any quote breaks out of."""
    words = request.args.get("q", "")
    with opened() as database:
        rows = database.rows(f"select sku, name, price from products where lower(name) like '%{words}%'")
    return jsonify(found=[{"sku": sku, "name": name, "price": price} for sku, name, price in rows])


@app.post("/orders")
def order() -> tuple[Response, int]:
    """Take the pieces, charge the card, and let the worker do the rest."""
    wanted = request.get_json()
    with opened() as database:
        number, total = write_order(database, wanted)
        charge(wanted["card"], total)
    worker.send_receipt.delay(number)
    for sku in wanted["items"]:
        worker.restock.delay(sku, LOW)
    log.info("order %s taken, %s cents", number, total)
    return jsonify(order=number, total=total), 201


def write_order(database: Any, wanted: dict[str, Any]) -> tuple[int, int]:
    """The order, its items and what is left on the shelves."""
    prices = dict(database.rows("select sku, price from products"))
    total = sum(prices[sku] * pieces for sku, pieces in wanted["items"].items())
    row = (wanted["shopper"], total, wanted["card"][-4:])
    number = database.rows("insert into orders (shopper, total, card) values (?, ?, ?) returning id", *row)[0][0]
    for sku, pieces in wanted["items"].items():
        database.run("insert into order_items (order_id, sku, pieces) values (?, ?, ?)", number, sku, pieces)
        database.run("update stock set pieces = pieces - ? where sku = ?", pieces, sku)
    return number, total


def charge(card: str, cents: int) -> None:
    """Ask the card processor; a refusal undoes the order."""
    answer = requests.post(f"{ORDERS_URL}/payments", json={"card": card, "cents": cents}, timeout=10)
    if not answer.ok:
        raise CardRefused(answer.json()["reason"])


@app.errorhandler(CardRefused)
def refused(error: CardRefused) -> tuple[Response, int]:
    """Say why the order was not taken."""
    log.warning("card refused: %s", error)
    return jsonify(error=str(error)), 402


@app.post("/payments")
def pay() -> tuple[Response, int]:
    """The card processor."""
    if request.get_json()["card"].endswith(STOLEN_CARD):
        return jsonify(reason="card reported stolen"), 402
    return jsonify(paid=True), 200


@app.get("/orders.csv")
def export() -> Response:
    """Every order, one line each, sent as it is read."""
    return Response(lines(), mimetype="text/csv")


def lines() -> Iterator[str]:
    """The export's lines."""
    yield "order,shopper,cents\n"
    with opened() as database:
        for number, shopper, total in database.rows("select id, shopper, total from orders order by id desc limit 500"):
            yield f"{number},{shopper},{total}\n"


@app.get("/report")
def report() -> Response:
    """A report nobody has made fast yet."""
    counting = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) select count(*), sum(i % 7) from n"
    )
    with opened() as database:
        counted, _ = database.rows(counting, SLOW_ROWS)[0]
        sold = database.rows("select sku, sum(pieces) from order_items group by sku order by 2 desc")
    return jsonify(rows=counted, sold={sku: int(pieces) for sku, pieces in sold})


@app.post("/stock/<sku>/deliveries")
def deliver(sku: str) -> Response:
    """Put pieces on the shelf, if it is the depot that brings them."""
    if request.headers.get("X-Api-Key") != worker.DEPOT_KEY:
        abort(401)
    with opened() as database:
        database.run("update stock set pieces = pieces + ? where sku = ?", request.get_json()["pieces"], sku)
    return jsonify(sku=sku)
