"""A message handed to a broker, taken from it, or worked on."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span

_KINDS = {"publish": "producer", "receive": "consumer", "process": "consumer"}


class Message(Operation):
    """Publish, receive or process: one message or one batch."""

    __slots__ = ("action", "attributes", "carrier", "destination", "system", "type")

    def __init__(
        self,
        name: str,
        action: str,
        system: str,
        destination: str | None = None,
        resource: str | None = None,
        headers: Any = None,
        type: str | None = None,
    ) -> None:
        self.name = name
        self.resource = resource
        self.service = None
        self.kind = _KINDS[action]
        self.action = action
        """`publish`, `receive` or `process`."""
        self.system = system
        """`messaging.system` of the OpenTelemetry conventions."""
        self.destination = destination
        """Queue or topic."""
        self.inject_into = headers if action == "publish" else None
        self.carrier = headers if action != "publish" else None
        self.attributes: dict[str, Any] | None = None
        self.type = type

    def begin(self, span: Span) -> None:
        """System and destination."""
        span.set_attributes(
            {
                "messaging.system": self.system,
                "messaging.operation.type": "send" if self.action == "publish" else self.action,
                "messaging.destination.name": self.destination,
            }
        )

    def end(self, span: Span) -> None:
        """What the library adds."""
        if self.attributes:
            span.set_attributes(self.attributes)
