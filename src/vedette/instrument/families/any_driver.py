"""Any module of PEP 249, by its `connect`: what its connections and cursors are is seen when it makes the first ones.

Methods of their classes are hooked where they are, also in classes of C that are open to that; objects of closed types
stay behind proxies. Left alone: connections that were made before, and what a module offers beside `connect`.
"""

from __future__ import annotations

from vedette.instrument.families.database_steps import connecting
from vedette.instrument.families.dbapi import Driver
from vedette.instrument.families.proxies import Proxies
from vedette.instrument.families.remembered import ConnectionFacts
from vedette.instrument.families.statements import counted
from vedette.instrument.integration import Integration, Setup
from vedette.instrument.replace import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.installed import Installed

    Method = tuple[Callable[[Call], Any], "Callable[[Call, Any], Any] | None"]

_HEAP, _IMMUTABLE = 1 << 9, 1 << 8
_MEANINGLESS = frozenset(("dbapi", "dbapi2", "connector", "driver"))
_NAMED = {
    "server.address": ("host", "server", "hostname"),
    "server.port": ("port",),
    "db.namespace": ("database", "dbname", "db"),
    "db.user": ("user", "username"),
}
"""What arguments of `connect` are called, since PEP 249 leaves it open."""


def declare(module: ModuleType, system: str | None = None) -> Integration:
    """A declaration for a driver. Raises TypeError for a module that has no `connect`."""
    name = getattr(module, "__name__", None)
    if not isinstance(name, str) or not callable(getattr(module, "connect", None)):
        raise TypeError(f"{module!r} has no connect(), so it is no driver of PEP 249")
    vendor = next((part for part in reversed(name.split(".")) if part not in _MEANINGLESS), name)
    facts = ConnectionFacts(lambda _: {}, lambda cursor: cursor)
    driver = Driver(vendor, system or vendor, facts=facts)
    return Integration(
        name,
        title=name,
        modules=[name],
        conventions="database",
        component=vendor,
        service=vendor,
        protection=["sql-injection"],
        options=driver.options,
        hooks=[Setup(name, lambda installed: _Learning(installed, driver, facts).follow(module))],
    )


class _Learning:
    """What is known of a driver's classes, and how their hooks are taken off."""

    def __init__(self, installed: Installed, driver: Driver, facts: ConnectionFacts) -> None:
        values = installed.integration.values
        self._installed = installed
        self._facts = facts
        self._connecting = connecting(f"{driver.module}.connect", driver.system) if values["trace_connect"] else None
        self._proxies = Proxies(installed, driver)
        self._of_cursors: dict[str, Method] = {
            name: (describe, counted) for name, describe in {**driver.statements, **driver.reading(installed)}.items()
        }
        self._of_connections: dict[str, Method] = {
            **{name: (d, None) for name, d in driver.transactions.items()},
            "cursor": (_watched, self._cursor_made),
        }
        self._known: set[type] = set()
        self._undo: list[Callable[[], None]] = []

    def follow(self, module: Any) -> Callable[[], None]:
        """Hooks `connect`; returns what takes everything off."""
        connect = module.connect
        if isinstance(connect, type) and _is_open(connect):
            self._learn(connect, self._methods_of(connect))
        else:
            self._undo.append(self._installed.at(module, "connect", connect, self._described, self._connected))
        return self._forget

    def _forget(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _described(self, call: Call) -> Any:
        _watched(call)
        return self._connecting(call) if self._connecting else None

    def _connected(self, call: Call, connection: Any) -> Any:
        kind = type(connection)
        if not hasattr(kind, "cursor"):
            return None  # nothing that PEP 249 knows
        made = connection if _is_open(kind) else self._proxies.connection(connection)
        facts = _told(call)
        self._facts.keep(made, facts)
        if call.span is not None:
            call.span.set_attributes(facts)
        if made is connection:
            self._learn(kind, self._methods_of(kind))
        return made

    def _methods_of(self, connection: type) -> dict[str, Method]:
        """What is hooked in a class of connections, some of which are cursors at the same time."""
        is_cursor = hasattr(connection, "execute") and hasattr(connection, "fetchone")
        return {**self._of_cursors, **self._of_connections} if is_cursor else self._of_connections

    def _cursor_made(self, call: Call, cursor: Any) -> None:
        self._facts.keep(cursor, self._facts.of(call.instance) or {})
        self._learn(type(cursor), self._of_cursors)

    def _learn(self, kind: type, methods: dict[str, Method]) -> None:
        if kind not in self._known and _is_open(kind):
            self._known.add(kind)
            for name, (describe, after) in methods.items():
                if hasattr(kind, name):
                    self._undo.append(self._hook(kind, name, describe, after))

    def _hook(self, kind: type, name: str, describe: Any, after: Any) -> Callable[[], None]:
        owner = next(cls for cls in kind.__mro__ if name in vars(cls))
        if owner.__module__.partition(".")[0] == kind.__module__.partition(".")[0] and _is_open(owner):
            return self._installed.at(owner, name, vars(owner)[name], describe, after)
        # Somebody else's, whose other children are none of our business.
        return replace(kind, name, self._installed.hook(getattr(kind, name), describe, after))


def _is_open(kind: type) -> bool:
    """Whether methods of a class can be changed."""
    return bool(kind.__flags__ & _HEAP and not kind.__flags__ & _IMMUTABLE)


def _watched(call: Call) -> None:
    """Not described, but its result is looked at: said by naming the target."""
    call.target = call.target


def _told(call: Call) -> dict[str, Any]:
    """What the arguments of `connect` say of the server."""
    found = {fact: next(filter(None, (call.arg(99, name) for name in names)), None) for fact, names in _NAMED.items()}
    return {fact: value for fact, value in found.items() if isinstance(value, (str, int))}
