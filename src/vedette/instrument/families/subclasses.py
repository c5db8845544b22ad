"""Connections and cursors written in C: the driver makes hooked subclasses, handed in through its own factories.

`isinstance` holds, and classes of the application's own stay what they are: their methods come first, and what they
call by `super()` goes through the hooks. Covered: whatever `connect` makes of a class, and the cursors of that.
Left alone: factories that are no classes, and classes that the application instantiates itself.
"""

from __future__ import annotations

from vedette._native import Hook
from vedette.instrument import rewrite
from vedette.instrument.families.statements import counted
from vedette.instrument.replace import put, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.installed import Installed

    Describe = Callable[[Call], Any]
    After = Callable[[Call, Any], Any]
    Method = tuple[Describe, "After | None"]


class Factory:
    """An argument that takes a class: its position, not counting the instance, and its name."""

    __slots__ = ("keyword", "optional", "position")

    def __init__(self, position: int, keyword: str, optional: bool = False) -> None:
        self.position = position
        self.keyword = keyword
        self.optional = optional
        """Whether None stands for the default class."""

    def hand_in(self, call: Call, default: type, hooked: Callable[[Any], Any], instances: int = 0) -> None:
        """Makes a call use hooked classes: `hooked` gives one for what the call names, or for `default`."""
        args, kwargs, at = call.args, call.kwargs, self.position + instances
        if len(args) > at:
            call.args = (*args[:at], hooked(self._or_default(args[at], default)), *args[at + 1 :])
        else:
            given = self._or_default(kwargs[self.keyword], default) if self.keyword in kwargs else default
            call.kwargs = {**kwargs, self.keyword: hooked(given)}
        call.target = call.target  # said explicitly: the call goes on with other arguments

    def _or_default(self, given: Any, default: type) -> Any:
        return default if given is None and self.optional else given


class Subclasses:
    """The hooked subclasses of one driver's class, made on first sight and kept.

    `methods` maps names to what describes a call, and what sees its result; `rewired` maps names to describers that
    change the call itself. `asynchronous` methods are awaited.
    """

    def __init__(
        self,
        installed: Installed,
        root: type,
        methods: dict[str, Method],
        rewired: dict[str, Describe],
        asynchronous: bool = False,
    ) -> None:
        self._installed = installed
        self._asynchronous = asynchronous
        self._root = root
        self._methods = {name: method for name, method in methods.items() if hasattr(root, name)}
        changed: dict[str, Method] = {name: (describe, None) for name, describe in rewired.items()}
        namespace = {**_told(root), **self._hooked(root, {**self._methods, **changed})}
        self.hooked_root: Any = type(root.__name__, (root,), namespace)
        self._made: dict[type, type] = {root: self.hooked_root}

    def of(self, base: Any) -> Any:
        """The hooked subclass of a class; whatever else a factory may be stays as it is."""
        if not isinstance(base, type) or not issubclass(base, self._root) or issubclass(base, self.hooked_root):
            return base
        made = self._made.get(base)
        if made is None:
            namespace = {**_told(base), **self._hooked(base, self._out_of_reach(base))}
            made = self._made[base] = type(base.__name__, (base, self.hooked_root), namespace)
        return made

    def _hooked(self, base: type, methods: dict[str, Method]) -> dict[str, Any]:
        installed, asynchronous = self._installed, self._asynchronous
        return {
            name: _method(installed, getattr(base, name), describe, after, asynchronous)
            for name, (describe, after) in methods.items()
        }

    def _out_of_reach(self, base: type) -> dict[str, Method]:
        """Methods that are overridden without `super()`: they may name the driver's class, past the hooks."""
        between = base.__mro__[: base.__mro__.index(self._root)]
        overriding = [(name, vars(cls)[name]) for cls in between for name in self._methods if name in vars(cls)]
        return {name: self._methods[name] for name, method in overriding if not _calls_super(method)}


def _method(installed: Installed, original: Any, describe: Describe, after: After | None, asynchronous: bool) -> Any:
    if not asynchronous:
        return wrapped(installed.hook(original, describe, after), True)
    method = _awaiting(original)
    rewrite.rewrite(method, installed.hook(rewrite.copy(method), describe, after))
    return method


def _awaiting(original: Any) -> Any:
    """A coroutine function in Python around a compiled one, whose call returns before its work has begun."""

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await original(self, *args, **kwargs)

    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(method, attribute, getattr(original, attribute, None))
    method.__wrapped__ = original  # type: ignore[attr-defined]  # as `functools.wraps` does
    return method


def _calls_super(method: Any) -> bool:
    return "super" in getattr(getattr(method, "__code__", None), "co_names", ())


def _told(base: type) -> dict[str, Any]:
    """What a subclass says of itself. No slots: instances get no attributes that they could not have before."""
    return {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__, "__slots__": ()}


class Driver:
    """A driver in C: connections whose cursors are hooked, too.

    `statements` and `others`, which read rows, are methods of cursors, `transactions` methods of connections, with
    their describers; `rewired` are methods of connections that are to do something else. `factory` is the argument of
    `connection.cursor` that takes a class.
    """

    def __init__(
        self,
        installed: Installed,
        connection: type,
        cursor: type,
        factory: Factory,
        statements: dict[str, Describe],
        others: dict[str, Describe],
        transactions: dict[str, Describe],
        rewired: dict[str, Describe] | None = None,
    ) -> None:
        self._connection = connection
        self._cursor = cursor
        self._factory = factory
        methods = {**each(others, counted), **each(statements, counted)}
        self._cursors = Subclasses(installed, cursor, methods, {})
        change = {"cursor": self._rewire, **(rewired or {})}
        self._connections = Subclasses(installed, connection, each(transactions), change)

    def connecting(self, call: Call, factory: Factory) -> None:
        """Makes a call of `connect` make a hooked connection; `factory` is its argument that takes a class."""
        factory.hand_in(call, self._connection, self._connections.of)

    def cursor_of(self, connection: Any) -> Any:
        """A hooked cursor, made as the driver's own code makes one."""
        return self._connections.hooked_root.cursor(connection)

    def _rewire(self, call: Call) -> None:
        default = getattr(call.args[0], "cursor_factory", None) or self._cursor
        self._factory.hand_in(call, default, self._cursors.of, instances=1)


def each(describers: dict[str, Describe], after: After | None = None) -> dict[str, Method]:
    """Describers of methods, each with the same look at the result."""
    return {name: (describe, after) for name, describe in describers.items()}


def override(
    installed: Installed, owner: type, methods: dict[str, Method], asynchronous: bool = False
) -> Callable[[], None]:
    """Hooks compiled methods of a class that takes others, also those that it inherits from one in C."""
    hooked = {
        name: _method(installed, getattr(owner, name), describe, after, asynchronous)
        for name, (describe, after) in methods.items()
    }
    return _all([put(owner, name, method) for name, method in hooked.items()])


def replace_in(modules: Iterable[Any], name: str, hook: Hook) -> Callable[[], None]:
    """Puts one hooked callable in the place of `name` in several modules; returns what undoes it."""
    stand_in = wrapped(hook, False)
    return _all([put(module, name, stand_in) for module in modules if hasattr(module, name)])


def _all(steps: list[Callable[[], None]]) -> Callable[[], None]:
    def undo() -> None:
        for step in steps:
            step()

    return undo
