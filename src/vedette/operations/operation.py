"""What all descriptions have in common, as the native hook reads it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, Protocol

    from vedette._native import Call, Span

    Exceptions = tuple[type[BaseException], ...]

    class Listener(Protocol):
        """Somebody who acts on operations: protection, taint tracking, inventory."""

        def before(self, call: Call) -> None:
            """The operation is described and about to happen; raising a `Refusal` stops it."""

        def learned(self, operation: Any, what: str) -> None:
            """More is known of an operation that is under way; raising a `Refusal` stops it."""

        def after(self, call: Call) -> None:
            """It has happened; `call.result` may be replaced."""

        def failed(self, call: Call, error: BaseException) -> bool:
            """It raised; True if `call.result` is to be returned in place of the exception."""


_when_heard: dict[type[Operation], list[Callable[[], None]]] = {}
"""What is to happen when somebody listens, by the kind of operation."""


class Refusal(BaseException):
    """Stops an operation that protection refuses. No `Exception`, so that application code does not swallow it."""


class Operation:
    """A description of something a library does. From it come span, propagation, protection and inventory.

    `name` is the span's operation name (`flask.request`); None makes no span.
    """

    __slots__ = ("inject_into", "kind", "name", "resource", "service")

    type: str | None = None
    """Datadog span type."""
    carrier: Any = None
    """Headers to continue a trace from; None to descend from what is active."""
    listeners: ClassVar[tuple[Listener, ...]] = ()
    """Who is told: who listens to this class, and to those that it inherits from."""
    _own_listeners: ClassVar[tuple[Listener, ...]] = ()
    expects: ClassVar[Exceptions] = ()
    """Exceptions that are a normal way for the operation to end."""

    def __init__(self, name: str | None, resource: str | None = None, service: str | None = None) -> None:
        self.name = name
        self.resource = resource
        self.service = service
        self.inject_into: Any = None
        self.kind: str | None = None

    def begin(self, span: Span) -> None:
        """Puts on the span what is known before the operation happens."""

    def end(self, span: Span) -> None:
        """Puts on the span what its end tells."""

    @classmethod
    def listen(cls, listener: Listener) -> None:
        """Adds a listener to all operations of this class."""
        own = vars(cls).get("_own_listeners", ())
        if listener not in own:
            cls._own_listeners = (*own, listener)
            cls._gather()

    @classmethod
    def once_heard(cls, action: Callable[[], None]) -> None:
        """Calls `action` when somebody listens to operations of this class: at once, or when the first one comes."""
        if cls.listeners:
            action()
        else:
            _when_heard.setdefault(cls, []).append(action)

    @classmethod
    def forget(cls, action: Callable[[], None]) -> None:
        """Takes an action back that was not called yet."""
        waiting = _when_heard.get(cls, [])
        if action in waiting:
            waiting.remove(action)

    @classmethod
    def unlisten(cls, listener: Listener) -> None:
        """Removes a listener."""
        own = vars(cls).get("_own_listeners", ())
        cls._own_listeners = tuple(other for other in own if other is not listener)
        cls._gather()

    @classmethod
    def _gather(cls) -> None:
        """Brings `listeners` up to date, also of what inherits: the hook reads it with every call, and can't search."""
        heard = [listener for kind in reversed(cls.__mro__) for listener in vars(kind).get("_own_listeners", ())]
        cls.listeners = tuple(dict.fromkeys(heard))
        for action in _when_heard.pop(cls, ()) if heard else ():
            action()
        for child in cls.__subclasses__():
            child._gather()
