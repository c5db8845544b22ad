"""What is remembered of a driver's connections and cursors, as long as they live. Nothing is put into them."""

from __future__ import annotations

from operator import attrgetter

from vedette._native import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Remembered:
    """Something about objects, which need no hash; about those that can't be referred to weakly, nothing is."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, object]] = {}

    def _remember(self, owner: Any, value: Any) -> None:
        from weakref import ref  # a declaration must be cheap to import; drivers have it loaded

        at, known = id(owner), self._known
        try:
            watching = ref(owner, lambda _: known.pop(at, None))
        except TypeError:
            return
        known[at] = value, watching


class ConnectionFacts(Remembered):
    """What spans say of a connection's server. Asked once per connection."""

    __slots__ = ("_connection_of", "_gather", "system")

    def __init__(
        self, gather: Callable[[Any], dict[str, Any]], connection_of: Callable[[Any], Any] | None = None
    ) -> None:
        super().__init__()
        self._gather = gather
        self._connection_of = connection_of or attrgetter("connection")
        self.system: str | None = None
        """The `db.system.name` of connections that do not tell another."""

    def of(self, connection: Any) -> dict[str, Any] | None:
        """The attributes; None for a connection that can't tell (closed, broken), whose calls are about to fail."""
        known = self._known.get(id(connection))
        return known[0] if known is not None else self._ask(connection)

    def of_cursor(self, cursor: Any) -> dict[str, Any] | None:
        """The same, for a cursor of the connection; None for one that has none any more."""
        try:
            connection = self._connection_of(cursor)
        except Exception:  # of whatever kind: the statement that follows will tell the caller
            return None
        known = self._known.get(id(connection))
        return known[0] if known is not None else self._ask(connection)

    def keep(self, connection: Any, facts: dict[str, Any]) -> dict[str, Any]:
        """The attributes of a connection, known from elsewhere; gives those that are worth telling."""
        told = Facts({name: fact for name, fact in {"db.system.name": self.system, **facts}.items() if fact})
        self._remember(connection, told)
        return told

    def _ask(self, connection: Any) -> dict[str, Any] | None:
        try:
            return self.keep(connection, self._gather(connection))
        except Exception:  # of whatever kind: the statement that follows will tell the caller
            return None


class LastStatements(Remembered):
    """What cursors ran last: the resource of spans of reading its rows, where these are asked for."""

    __slots__ = ("on",)

    def __init__(self) -> None:
        super().__init__()
        self.on = False

    def of(self, cursor: Any) -> str | None:
        """The statement, if it is remembered."""
        known = self._known.get(id(cursor))
        return known[0] if known is not None else None

    def keep(self, cursor: Any, text: str) -> None:
        """A cursor runs a statement."""
        self._remember(cursor, text)

    def forget(self) -> None:
        """Remembers nothing any more."""
        self.on = False
        self._known.clear()
