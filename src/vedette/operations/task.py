"""Work within the process that deserves a span of its own."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span


class Task(Operation):
    """A background task, a handler, a step of a framework."""

    __slots__ = ("attributes", "carrier", "follows", "type")

    def __init__(self, name: str, resource: str | None = None, attributes: dict[str, Any] | None = None) -> None:
        self.name = name
        self.resource = resource
        self.service = None
        self.inject_into = None
        self.kind = None
        self.attributes = attributes
        self.carrier: Any = None
        self.follows: Span | None = None
        """The span that brought this about without waiting for it."""
        self.type: str | None = None

    def begin(self, span: Span) -> None:
        """What the library tells."""
        if self.attributes:
            span.set_attributes(self.attributes)
        if self.follows is not None:
            span.add_link(self.follows)
