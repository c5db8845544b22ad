"""What is said on a WebSocket connection: each message received begins a trace of its own, linked to the handshake.

A connection may live for days, so that one trace of all its messages would never end.
"""

from __future__ import annotations

from vedette._native import inject
from vedette.instrument.families.body import Collected
from vedette.instrument.integration import option
from vedette.operations import IncomingMessage, Refusal, Task
from vedette.operations.incoming_message import Opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from vedette._native import Call, Span
    from vedette.operations import Answer, IncomingRequest

    Content = Union[str, bytes, bytearray, memoryview]

OPTIONS = (
    option("trace_websocket", True, "Whether WebSocket connections are traced.", "DD_ASGI_TRACE_WEBSOCKET"),
    option(
        "websocket_separate_traces",
        True,
        "Whether each WebSocket message begins a trace of its own; else it goes on with that of the handshake.",
        "DD_TRACE_WEBSOCKET_MESSAGES_SEPARATE_TRACES",
    ),
)


class Sent(Task):
    """A message that goes out."""

    __slots__ = ()

    def begin(self, span: Span) -> None:
        """What it looks like, and the handshake."""
        if self.attributes:
            span.set_attributes(self.attributes)
        if self.follows is not None:
            span.add_link(self.follows, {"dd.kind": "resuming"})


class Conversation:
    """One connection from its handshake on."""

    __slots__ = ("_handshake", "_message", "_opening", "_separate", "operation")

    def __init__(self, handshake: Call, operation: IncomingRequest, separate: bool) -> None:
        self._handshake = handshake
        self._separate = separate
        self._opening: Opening | None = None
        self._message: Call | None = None
        self.operation = operation
        """The handshake."""

    @property
    def accepted(self) -> bool:
        """Whether the handshake succeeded."""
        return self._opening is not None

    @property
    def refusal(self) -> Answer | None:
        """What the protection refuses the connection with: because of its handshake, or of a message since."""
        message = self._message
        if message is not None and message.operation is not None and message.operation.refusal is not None:
            self.operation.refusal = message.operation.refusal
        return self.operation.refusal

    def accept(self) -> None:
        """The handshake is answered: from now on there are messages."""
        operation = self.operation
        carrier: dict[str, str] = {}
        if not self._separate and operation.span is not None:
            inject(carrier, operation.span)
        self._opening = Opening(operation, carrier)
        operation.status = 101
        self._handshake.close()

    def received(self, content: Content) -> None:
        """A message came, and the application works on it until `done`. Raises the protection's refusal of it."""
        self.done()
        if self._opening is None:
            return
        operation = IncomingMessage("websocket.receive", self._opening, content_attributes(content))
        self._message = self._handshake.start(operation)
        if operation.span is not None and self._opening.span is not None:
            operation.span.add_link(self._opening.span, {"dd.kind": "executed_by"})
        if operation.listeners and operation.body_limit:
            self._show(operation, content)

    def _show(self, operation: IncomingMessage, content: Content) -> None:
        try:
            body = operation.body = Collected(operation)
            data = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
            body.content_type = "application/json" if data[:1] in (b"{", b"[") else "text/plain"
            body.add(data)
            body.complete()
        except Refusal:
            self.operation.refusal = operation.refusal
            raise
        except Exception as error:
            self._handshake.contain(error)

    def pause(self) -> None:
        """The work on a message goes on elsewhere (in a task of its own)."""
        if self._message is not None:
            self._message.pause()

    def done(self, error: BaseException | None = None) -> None:
        """The work on the last message is over."""
        message, refused = self._message, self.refusal is not None
        self._message = None
        if message is not None:
            message.close(None if refused else error)

    def sending(self, content: Content) -> Task | None:
        """A message goes out."""
        return self._sent("websocket.send", content_attributes(content))

    def closing(self, code: Any) -> Task | None:
        """The connection is closed from this side."""
        return self._sent("websocket.close", {"websocket.close.code": 1000 if code is None else code})

    def failed(self, error: BaseException | None) -> None:
        """The application ended, by an exception or not. It belongs to the message that it worked on, if any."""
        if error is not None and self.accepted and self._message is None:
            call = self.begin(self._sent("websocket.close", None))
            if call is not None:
                call.close(error)
        self.done(error)

    def _sent(self, name: str, attributes: dict[str, Any] | None) -> Task | None:
        opening = self._opening
        if opening is None:
            return None
        task = Sent(name, opening.resource, attributes)
        task.kind = "producer"
        task.type = "websocket"
        task.carrier = opening.carrier  # not of the handshake, which has ended
        task.follows = opening.span
        return task

    def begin(self, task: Task | None) -> Call | None:
        """Begins what goes out, where no hooked function does."""
        return None if task is None else self._handshake.start(task)

    def contain(self, error: Exception) -> None:
        """Contains an error that happened on the connection's account."""
        self._handshake.contain(error)


def content_attributes(content: Content) -> dict[str, Any]:
    """Type and length of a message."""
    return {
        "websocket.message.type": "text" if isinstance(content, str) else "binary",
        "websocket.message.length": len(content),
        "websocket.message.frames": 1,
    }
