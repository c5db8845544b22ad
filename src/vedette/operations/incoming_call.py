"""A call of a remote procedure that this process answers (gRPC server)."""

from __future__ import annotations

from vedette.operations.incoming_request import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span
    from vedette.operations.incoming_request import Headers


class IncomingCall(IncomingRequest):
    """From its metadata to the end of its answer. Listeners of `IncomingRequest` hear of it.

    Its messages are shown by `received` and `answered`, as dictionaries, lists and scalars.
    """

    __slots__ = ("message",)

    def __init__(self, name: str, procedure: str, metadata: Headers, carrier: Any) -> None:
        super().__init__(name, "POST", procedure, procedure, "", metadata, carrier)
        self.resource = self.route = procedure
        """Full name of the procedure, such as `/shop.Cart/Add`."""
        self.type = "grpc"
        self.message: Any = None
        """The message that is looked at."""

    def received(self, message: Any) -> None:
        """A message has come, and the handler has not seen it. Raises the listeners' refusal."""
        self.message = message
        self.learned("message")

    def answered(self, message: Any) -> None:
        """A message is about to go out. Raises the listeners' refusal."""
        self.message = message
        self.learned("answer")

    def begin(self, span: Span) -> None:
        """Procedure and client."""
        self.span = span
        service, _, method = self.path.strip("/").rpartition("/")
        span.set_attributes(
            {
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": method,
                "network.peer.address": self.peer,
            }
        )

    def end(self, span: Span) -> None:
        """Status, and what protection tells."""
        if self.protection is not None:
            self.protection.ended(self, span)
        if self.status is not None:
            span.set_attribute("rpc.grpc.status_code", self.status)
        self.release()
