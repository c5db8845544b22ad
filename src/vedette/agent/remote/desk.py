"""Where wishes come in and answers go out."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from vedette.agent.remote import items as shelf
from vedette.agent.remote.check import checked
from vedette.agent.remote.clients import Clients
from vedette.agent.remote.compose import OWN, Config, compose
from vedette.agent.remote.items import KINDS, Item
from vedette.agent.remote.key import key_of
from vedette.agent.remote.question import read
from vedette.agent.remote.targets import Target, answer, target_of

Cursor = Callable[[], duckdb.DuckDBPyConnection]
MOST_COMPOSED = 200
"""Pairs of service and environment whose configurations are kept composed."""
MOST_VERSIONS = 20_000
"""Versions that are remembered; without them clients only note that nothing has changed."""
MOST_ENTRIES = 200_000
"""Items of all kinds."""


class TooMany(ValueError):
    """There is no room for more; the text says how much there is."""


class NotKept(ValueError):
    """The database can't write a change down; the text says why."""


class Desk:
    """Keeps wishes, and answers clients. For any thread; changes one at a time."""

    def __init__(self, cursor: Cursor, folder: Path | None) -> None:
        self.key = key_of(folder)
        self.clients = Clients()
        self._cursor = cursor
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._composed: dict[tuple[str, str], list[Target]] = {}
        self._versions: dict[tuple[str, str, str], tuple[str, int]] = {}
        """By service, environment and path the hash and the version: it stays as long as the content does."""
        self._next_end = 0
        self.version = 0
        self._renew()

    def put(self, items: Sequence[Item]) -> list[Item]:
        """Keeps wishes, all or none; the form in which they are kept. Raises Wrong, TooMany, NotKept."""
        good = [checked(item) for item in items]

        def change(cursor: duckdb.DuckDBPyConnection) -> None:
            if shelf.count(cursor, KINDS) + len(good) > MOST_ENTRIES:
                raise TooMany(f"there is room for {MOST_ENTRIES:,} entries in all")
            shelf.put(cursor, good)

        self._change(change)
        return good

    def remove(self, kind: str, identity: str, service: str = "", env: str = "") -> bool:
        """Gives up a wish; whether there was one. Raises NotKept."""
        found: list[bool] = []
        self._change(lambda cursor: found.append(shelf.remove(cursor, kind, identity, service, env)))
        return found[0]

    def wish(self, kind: str, identity: str, service: str = "", env: str = "") -> Item | None:
        """A wish that is kept."""
        wanted = (kind, identity, service, env)
        return next((item for item in self._items if (item.kind, item.id, item.service, item.env) == wanted), None)

    def answer(self, question: Any) -> dict[str, Any]:
        """What a client gets for its question. Raises Malformed."""
        asked = read(question)
        self._end()
        mine = [one for one in self._targets(asked.service, asked.env) if _is_for(one, asked.products)]
        self.clients.note(asked, mine, self.version)
        has = {(*name, said.version) for name, said in asked.reported.items()}
        same = has == {(one.product, one.id, one.version) for one in mine}
        if same and asked.targets_version and asked.cached == {one.path: one.hash for one in mine}:
            return {}  # it has all that it should have, and nothing else
        return answer(mine, self.version, self.key, asked.cached, root=not asked.targets_version)

    def _targets(self, service: str, env: str) -> list[Target]:
        name = (service.lower(), env.lower())
        composed = self._composed
        found = composed.get(name)
        if found is None:
            with self._lock:
                found = [self._versioned(name, config) for config in compose(self._items, service, env)]
            if len(composed) < MOST_COMPOSED:
                composed[name] = found
        return found

    def _versioned(self, name: tuple[str, str], config: Config) -> Target:
        target = target_of(config, self.version)
        key = (*name, target.path)
        known, version = self._versions.get(key, ("", 0))
        if known == target.hash:
            return target._replace(version=version)
        self._versions[key] = target.hash, target.version
        return target

    def _end(self) -> None:
        """What is over is forgotten; clients would know by themselves, but lists would only grow."""
        now = int(time.time())
        if self._next_end and now >= self._next_end:
            self._renew()

    def _renew(self) -> None:
        """Takes up what is in force by now, also where the disk is full and nothing can be written down."""
        try:
            self._change(lambda cursor: None)
        except NotKept:
            now, cursor = int(time.time()), self._cursor()
            with self._lock, contextlib.closing(cursor):
                items = [item for item in shelf.find(cursor, KINDS) if not item.expires or item.expires > now]
                self._use(items, max(self.version + 1, time.time_ns() // 1_000_000))

    def _change(self, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        with self._lock:
            cursor = self._cursor()
            try:
                cursor.begin()
                shelf.expire(cursor, int(time.time()))
                change(cursor)
                version = shelf.next_version(cursor)
                cursor.commit()
                self._use(shelf.find(cursor, KINDS), version)
            except duckdb.Error as error:
                _roll_back(cursor)
                raise NotKept(f"the database can't keep it: {str(error).splitlines()[0]}") from error
            except BaseException:
                _roll_back(cursor)
                raise
            finally:
                cursor.close()

    def _use(self, items: list[Item], version: int) -> None:
        self._items, self.version, self._composed = items, version, {}
        if len(self._versions) > MOST_VERSIONS:
            self._versions = {}
        self._next_end = min((item.expires for item in items if item.expires), default=0)


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    try:
        cursor.rollback()
    except duckdb.Error:
        return  # it had not begun


def _is_for(target: Target, products: Sequence[str]) -> bool:
    """Clients that know the modes of protection need not be told on or off."""
    by_mode = target.product == "ASM_FEATURES" and target.id == "protection" and OWN in products
    return target.product in products and not by_mode
