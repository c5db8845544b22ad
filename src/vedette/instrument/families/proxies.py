"""Closed types: where a driver in C takes neither other methods nor subclasses, its objects stay behind proxies.

A proxy says of itself what its object says (`isinstance`, attributes, representation, equality, hash, the errors of
pickling), gives itself where the object would give itself, and its connection's proxy where that would give the
connection. What it can't do: `type(proxy)` is another class, and functions in C that look into the object refuse it.
"""

from __future__ import annotations

from operator import attrgetter

from vedette.instrument.families.database_steps import connecting
from vedette.instrument.families.statements import counted
from vedette.instrument.integration import Setup
from vedette.instrument.replace import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.families.dbapi import Driver
    from vedette.instrument.installed import Installed

    Describe = Callable[[Call], Any]
    Method = tuple[Describe, "Callable[[Call, Any], Any] | None"]

_OWN = {
    *("__class__", "__new__", "__init__", "__init_subclass__", "__subclasshook__", "__doc__", "__dict__", "__module__"),
    *("__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__dir__", "__weakref__", "__slots__"),
    "__del__",
}
"""What a proxy's class defines by itself, or takes from `object`."""
_ROWS = frozenset(("fetchone", "fetchmany", "fetchall", "fetchval", "rowcount"))
"""What never gives the object itself, and is asked for often: nothing stands between."""
_PLAIN = frozenset((type(None), bool, int, float, str, bytes, list, tuple, dict))


def connection_of(cursor: Any) -> Any:
    """The proxy of a cursor's connection, also where a closed cursor does not tell any more."""
    return cursor._vedette_parent


def connects(
    driver: Driver,
    target: str,
    name: str | None = None,
    of_connections: dict[str, Describe] | None = None,
    of_cursors: dict[str, Describe] | None = None,
) -> Setup:
    """The hook of a driver all of whose objects stay behind proxies: `target` is the function that connects."""
    describe = connecting(name or f"{driver.module}.connect", driver.system)

    def install(installed: Installed) -> Callable[[], None]:
        values = installed.integration.values
        proxies = Proxies(installed, driver, of_connections, of_cursors)

        def described(call: Call) -> Any:
            call.target = call.target  # said explicitly: its result is looked at, whatever is described
            return describe(call) if values["trace_connect"] else None

        def connected(call: Call, connection: Any) -> Any:
            proxy = proxies.connection(connection)
            driver.connected(call, proxy)
            return proxy

        return installed.around(target, described, connected)

    return Setup(target.partition(":")[0], install)


class Proxies:
    """The proxies of one driver's objects.

    `of_connections` and `of_cursors` are methods beyond those of PEP 249, with their describers.
    """

    def __init__(
        self,
        installed: Installed,
        driver: Driver,
        of_connections: dict[str, Describe] | None = None,
        of_cursors: dict[str, Describe] | None = None,
    ) -> None:
        self._installed = installed
        reading = {**driver.reading(installed), **driver.statements}
        ending = {**driver.transactions, **(of_connections or {})}
        self._of_cursors: dict[str, Method] = {
            **{name: (describe, counted) for name, describe in reading.items()},
            **{name: (describe, None) for name, describe in (of_cursors or {}).items()},
        }
        self._of_connections: dict[str, Method] = {
            **{name: (describe, None) for name, describe in ending.items()},
            **{name: (describe, driver.counted_in_result) for name, describe in driver.shortcuts.items()},
        }
        self._classes: dict[type, Any] = {}

    def connection(self, original: Any) -> Any:
        """The proxy of a new connection."""
        return self._made(original, self._of_connections, None)

    def translated(self, proxy: Any, result: Any) -> Any:
        """What the application gets for what the object gave: proxies in the place of what they stand for."""
        if type(result) in _PLAIN:
            return result
        if result is proxy._vedette_object:
            return proxy
        parent = proxy._vedette_parent
        if parent is not None and result is parent._vedette_object:
            return parent
        if parent is None and hasattr(result, "execute") and hasattr(result, "fetchone"):
            return self._made(result, self._of_cursors, proxy)
        return result

    def _made(self, original: Any, methods: dict[str, Method], parent: Any) -> Any:
        kind = type(original)
        cls = self._classes.get(kind)
        if cls is None:
            cls = self._classes[kind] = self._class(kind, methods)
        return cls(original, parent)

    def _class(self, kind: type, methods: dict[str, Method]) -> Any:
        namespace = {name: self._attribute(kind, name) for name in dir(kind) if name not in _OWN}
        for name, (describe, after) in methods.items():
            if hasattr(kind, name):
                hook = self._installed.hook(self._forward(kind, name), describe, after)
                namespace[name] = wrapped(hook, True)
        said = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
        namespace.update(said, __slots__=(), __class__=property(lambda _: kind), _vedette_proxies=self)
        return type(kind.__name__, (_Proxy,), namespace)

    def _attribute(self, kind: type, name: str) -> Any:
        if name in _ROWS:
            return property(attrgetter(f"_vedette_object.{name}"))
        if callable(getattr(kind, name)):
            return self._forward(kind, name)
        of_object = attrgetter(name)
        return property(lambda proxy: self.translated(proxy, of_object(proxy._vedette_object)))

    def _forward(self, kind: type, name: str) -> Callable[..., Any]:
        """A method that does what the object's own does. To introspection it wraps that one."""
        method, translated = getattr(kind, name), self.translated

        def forward(proxy: Any, /, *args: Any, **kwargs: Any) -> Any:
            if args and isinstance(args[0], _Proxy):  # an operator's other side
                args = (args[0]._vedette_object, *args[1:])
            original = proxy._vedette_object
            result = method(original, *args, **kwargs)
            return proxy if result is original else translated(proxy, result)

        for attribute in ("__name__", "__qualname__", "__doc__"):
            setattr(forward, attribute, getattr(method, attribute, None))
        forward.__module__ = kind.__module__
        forward.__wrapped__ = method  # type: ignore[attr-defined]  # as `functools.wraps` does
        return forward


class _Proxy:
    """An object in the place of another. It can be referred to weakly, so that facts are kept as long as it lives."""

    __slots__ = ("__weakref__", "_vedette_object", "_vedette_parent")

    _vedette_proxies: Proxies
    _vedette_object: Any
    _vedette_parent: Any

    def __init__(self, original: Any, parent: Any) -> None:
        object.__setattr__(self, "_vedette_object", original)
        object.__setattr__(self, "_vedette_parent", parent)

    def __getattr__(self, name: str) -> Any:
        return self._vedette_proxies.translated(self, getattr(self._vedette_object, name))

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._vedette_object, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._vedette_object, name)

    def __dir__(self) -> list[str]:
        return dir(self._vedette_object)
