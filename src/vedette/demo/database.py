"""The shop's database: SQLite in a file, or PostgreSQL when the shop is given a DSN. One connection per request."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

from vedette.demo.catalogue import PRODUCTS
from vedette.demo.place import DATA, POSTGRES_DSN

PIECES_AT_OPENING = 400
TABLES = {
    "products": "sku text primary key, name text not null, price integer not null, words text not null",
    "stock": "sku text primary key, pieces integer not null",
    "orders": "id {serial}, shopper text not null, total integer not null, card text not null",
    "order_items": "order_id integer not null, sku text not null, pieces integer not null",
}


class Database:
    """A connection that takes ``?`` for a parameter whatever the driver."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def run(self, statement: str, *parameters: Any) -> Any:
        """Execute one statement and return its cursor."""
        cursor = self.connection.cursor()
        if not parameters:
            cursor.execute(statement)
        else:
            cursor.execute(statement.replace("?", "%s") if POSTGRES_DSN else statement, parameters)
        return cursor

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return list(self.run(statement, *parameters).fetchall())


@contextlib.contextmanager
def opened() -> Iterator[Database]:
    """A connection for one piece of work: committed if it ends well, rolled back if it raises."""
    connection = _connect()
    try:
        yield Database(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()


def _connect() -> Any:
    if POSTGRES_DSN:
        import psycopg  # optional: only shops with a PostgreSQL have the driver

        return psycopg.connect(POSTGRES_DSN)
    DATA.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(DATA / "shop.db", timeout=10)


def set_up() -> None:
    """Create the tables and fill the shelves, once."""
    serial = "serial primary key" if POSTGRES_DSN else "integer primary key autoincrement"
    with opened() as database:
        for table, columns in TABLES.items():
            database.run(f"create table if not exists {table} ({columns.format(serial=serial)})")
        if not database.rows("select 1 from products"):
            for product in PRODUCTS:
                row = (product.sku, product.name, product.price, product.words)
                database.run("insert into products (sku, name, price, words) values (?, ?, ?, ?)", *row)
                database.run("insert into stock (sku, pieces) values (?, ?)", product.sku, PIECES_AT_OPENING)
