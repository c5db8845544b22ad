"""WebSocket connections: the handshake is a request; each message received begins a trace of its own, linked to it.

A connection may live for days, so that one trace of all its messages would never end.
"""

from __future__ import annotations

from vedette.instrument.families.exchange import is_refused, response_of
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from vedette._native import Call
    from vedette.operations import IncomingRequest

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_NO_PARENT: dict[str, str] = {}
_DENIAL = "websocket.http.response"


class WebSocket:
    """One connection, from its handshake to its close."""

    __slots__ = ("_accepted", "_deniable", "_gone", "_handshake", "_operation", "_receive", "_received", "_send")

    def __init__(
        self, handshake: Call, operation: IncomingRequest, deniable: bool, receive: Receive, send: Send
    ) -> None:
        self._handshake = handshake
        self._operation = operation
        self._deniable = deniable
        """Whether the server can answer a handshake by an ordinary response."""
        self._receive = receive
        self._send = send
        self._accepted = False
        self._gone = False
        self._received: Call | None = None
        """The message that the application works on."""

    async def receive(self) -> Message:
        """The application's `receive`: asking for a message ends the work on the one before."""
        self._end_received(None)
        message = await self._receive()
        try:
            self._came(message)
        except Exception as error:
            self._handshake.contain(error)
        return message

    def _came(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "websocket.receive":
            self._received = self._begin("websocket.receive", "consumer", message)
        elif kind == "websocket.disconnect":
            self._gone = True
            self._handshake.close()

    async def send(self, message: Message) -> None:
        """The application's `send`. After a refusal nothing more is passed on."""
        if self._operation.refusal is not None:
            return
        call = self._sending(message)
        try:
            await self._send(message)
        except BaseException as error:
            if call is not None:
                call.close(error)
            raise
        if call is not None:
            call.close()

    def _sending(self, message: Message) -> Call | None:
        """The operation that a message is; those of the handshake are its own."""
        try:
            kind = message.get("type")
            if kind == "websocket.send" or (kind == "websocket.close" and self._accepted):
                return self._begin(str(kind), "producer", message)
            self._shaken(kind, message)
        except Exception as error:
            self._handshake.contain(error)
        return None

    def _shaken(self, kind: object, message: Message) -> None:
        operation = self._operation
        if kind == "websocket.accept":
            self._accepted = True
            operation.status = 101
            self._handshake.close()
        elif kind == "websocket.close":
            operation.status = 403  # what servers answer to a handshake that is closed before it is accepted
        elif kind == f"{_DENIAL}.start":
            operation.status = message.get("status")

    def _begin(self, name: str, kind: str, message: Message) -> Call | None:
        task = Task(name, self._operation.resource, _attributes(message))
        task.kind = kind
        task.type = "websocket"
        task.carrier = _NO_PARENT  # not even of the handshake, which has ended
        call = self._handshake.start(task)
        if call is not None and call.span is not None and self._handshake.span is not None:
            call.span.add_link(self._handshake.span, {"dd.kind": "executed_by" if kind == "consumer" else "resuming"})
        return call

    def _end_received(self, error: BaseException | None) -> None:
        if self._received is not None:
            self._received.close(error)
            self._received = None

    def guarded(self, application: Any) -> Any:
        """The application: its errors belong to the message it worked on. Refused handshakes are answered for."""

        async def guarded(*args: Any) -> None:
            refused = False
            try:
                await application(*args)
            except BaseException as error:
                refused = self._operation.refusal is not None and is_refused(error)
                self._failed(None if refused else error)
                if not refused:
                    raise
            self._end_received(None)
            if refused or self._operation.refusal is not None:
                await self.refused()

        return guarded

    def _failed(self, error: BaseException | None) -> None:
        """The application raised. That its peer went away is no failure of its own."""
        if self._gone and type(error).__name__ in ("WebSocketDisconnect", "CancelledError"):
            error = None
        if error is not None and self._accepted and self._received is None:
            self._received = self._begin("websocket.close", "producer", {"type": ""})
        self._end_received(error)

    async def refused(self, *_: Any) -> None:
        """Ends the connection in the application's place: refused before it was accepted, policy violation after."""
        operation = self._operation
        refusal = operation.refusal
        if refusal is not None and self._deniable and not self._accepted:
            operation.status = refusal.status
            for message in response_of(refusal, _DENIAL, False):
                await self._send(message)
            return
        operation.status = 101 if self._accepted else 403
        await self._send({"type": "websocket.close", "code": 1008})


def _attributes(message: Message) -> dict[str, Any] | None:
    if message["type"] == "websocket.close":
        return {"websocket.close.code": message.get("code", 1000)}
    text = message.get("text")
    data = text if text is not None else message.get("bytes")
    if data is None:
        return None
    return {
        "websocket.message.type": "text" if text is not None else "binary",
        "websocket.message.length": len(data),
        "websocket.message.frames": 1,
    }
