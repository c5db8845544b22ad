"""PEP 249 drivers: statements through cursors, commits and rollbacks through connections.

Drivers written in Python are hooked in their cursor's methods. Those written in C take subclasses of their connection
and cursor through their own factories, so that `isinstance` holds; only their methods go through hooks.
"""
from __future__ import annotations

from vedette._native import Hook, Wrapped
from vedette.instrument.integration import Around
from vedette.instrument.replace import put
from vedette.operations import Query, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.installed import Installed

    Server = Callable[[Any], "dict[str, Any] | None"]


def statement(name: str, system: str, server: Server | None = None, batch: bool = False) -> Callable[[Call], Query]:
    """A describer for `cursor.execute(statement, ...)` and its like. `server` tells of the cursor's connection."""

    def query(call: Call) -> Query:
        args = call.args
        text = args[1] if len(args) > 1 else _keyword(call)
        instance = args[0]
        return Query(name, system, _text(text, instance), server(instance) if server else None, batch=batch)

    return query


def _keyword(call: Call) -> Any:
    return next((call.kwargs[key] for key in ("sql", "query", "operation", "statement") if key in call.kwargs), None)


def _text(statement: Any, cursor: Any) -> str:
    """A statement as text; composed ones (psycopg's `sql.SQL`) by their own means."""
    if isinstance(statement, str):
        return statement
    if isinstance(statement, (bytes, bytearray)):
        return statement.decode("utf-8", "replace")
    compose = getattr(statement, "as_string", None)
    return str(compose(cursor) if compose else statement)


def counted(call: Call, result: Any) -> None:
    """The statement ran: the cursor knows how many rows it touched, or -1."""
    rows = getattr(call.args[0], "rowcount", None)
    if isinstance(rows, int) and rows >= 0:
        call.operation.rows = rows


def transaction(name: str) -> Callable[[Call], Task]:
    """A describer for `connection.commit()` and `.rollback()`."""

    def task(call: Call) -> Task:
        operation = Task(name)
        operation.kind = "client"
        return operation

    return task


class Subclasses:
    """Hooked subclasses of a driver's connection and cursor classes, made on first sight and kept.

    `statements` maps methods of cursors, and `transactions` methods of connections, to describers. `factory` names
    the argument of `connection.cursor` that takes a cursor class, `cursor_base` the class it defaults to.
    """

    def __init__(
        self,
        installed: Installed,
        statements: dict[str, Callable[[Call], Any]],
        transactions: dict[str, Callable[[Call], Any]],
        cursor_base: type,
        factory: str,
    ) -> None:
        self._installed = installed
        self._statements = statements
        self._transactions = transactions
        self._cursor_base = cursor_base
        self._factory = factory
        self._made: dict[type, type] = {}

    def cursor(self, base: type) -> type:
        """The hooked subclass of a cursor class."""
        return self._subclass(base, self._statements, counted, {})

    def connection(self, base: type) -> type:
        """The hooked subclass of a connection class; its cursors are hooked."""
        shortcuts = {name: _shortcut(name) for name in self._statements if hasattr(base, name)}
        return self._subclass(base, self._transactions, None, {"cursor": self._cursor_method(base), **shortcuts})

    def hand_in(self, call: Call, keyword: str, default: type, hooked: Callable[[type], type]) -> None:
        """Makes a call of `connect` use a hooked class, by its own argument for a factory."""
        call.args, call.kwargs = _with_factory(call.args, call.kwargs, keyword, default, hooked)
        call.target = call.target  # said explicitly: the call goes on with other arguments

    def _subclass(self, base: type, methods: dict[str, Any], after: Any, more: dict[str, Any]) -> type:
        made = self._made.get(base)
        if made is None:
            if base in self._made.values():
                return base
            made = self._made[base] = type(base.__name__, (base,), {**self._namespace(base, methods, after), **more})
        return made

    def _namespace(self, base: type, methods: dict[str, Any], after: Any) -> dict[str, Any]:
        wrapped = {
            name: Wrapped(self._installed.hook(getattr(base, name), describe, after), True)
            for name, describe in methods.items()
            if hasattr(base, name)
        }
        return {"__module__": base.__module__, "__qualname__": base.__qualname__, "__doc__": base.__doc__, **wrapped}

    def _cursor_method(self, base: Any) -> Callable[..., Any]:
        keyword, default, hooked, original = self._factory, self._cursor_base, self.cursor, base.cursor

        def cursor(connection: Any, *args: Any, **kwargs: Any) -> Any:
            args, kwargs = _with_factory(args, kwargs, keyword, default, hooked)
            return original(connection, *args, **kwargs)

        return cursor


def _shortcut(name: str) -> Callable[..., Any]:
    """`connection.execute(...)` and its like, which the C code answers with a cursor that it makes itself."""

    def method(connection: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(connection.cursor(), name)(*args, **kwargs)

    method.__name__ = name
    return method


def _with_factory(
    args: tuple[Any, ...], kwargs: dict[str, Any], keyword: str, default: type, hooked: Callable[[type], type]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments, their cursor factory replaced by its hooked subclass; factories that are no class stay."""
    at = next((i for i, arg in enumerate(args) if isinstance(arg, type)), None)
    if at is not None:
        return (*args[:at], hooked(args[at]), *args[at + 1 :]), kwargs
    factory = kwargs.get(keyword)
    if factory is None:
        factory = default
    return args, {**kwargs, keyword: hooked(factory) if isinstance(factory, type) else factory}


def replace_in(modules: Iterable[Any], name: str, hook: Hook) -> Callable[[], None]:
    """Puts one hooked callable in the place of `name` in several modules; returns what undoes it."""
    wrapped = Wrapped(hook, False)
    undo = [put(module, name, wrapped) for module in modules if hasattr(module, name)]
    return lambda: [restore() for restore in undo] and None


def cursor_methods(
    cursor: str, describers: dict[str, Callable[[Call], Any]], optional: bool = False
) -> Iterable[Around]:
    """Hooks for the methods of a cursor class written in Python."""
    return (Around(f"{cursor}.{name}", describe, counted, optional) for name, describe in describers.items())
