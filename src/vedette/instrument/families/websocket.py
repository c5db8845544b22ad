"""WebSocket connections: the handshake is a request; each message received begins a trace of its own, linked to it.

A connection may live for days, so that one trace of all its messages would never end.
"""
from __future__ import annotations

from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from vedette._native import Call
    from vedette.operations import IncomingRequest

    Message = dict[str, Any]

_NO_PARENT: dict[str, str] = {}


class WebSocket:
    """One connection, from its handshake to its close."""

    __slots__ = ("_accepted", "_handshake", "_operation", "_receive", "_received", "_send")

    def __init__(
        self,
        handshake: Call,
        operation: IncomingRequest,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._handshake = handshake
        self._operation = operation
        self._receive = receive
        self._send = send
        self._accepted = False
        self._received: Call | None = None
        """The message that the application works on."""

    async def receive(self) -> Message:
        """The application's `receive`: asking for a message ends the work on the one before."""
        self._end_received()
        message = await self._receive()
        if message.get("type") == "websocket.receive":
            self._received = self._begin("websocket.receive", "consumer", message)
        elif message.get("type") == "websocket.disconnect":
            self._handshake.close()
        return message

    async def send(self, message: Message) -> None:
        """The application's `send`."""
        if self._operation.refusal is not None:
            return
        kind = message.get("type")
        if kind == "websocket.accept":
            await self._send(message)
            self._accept()
        elif kind in ("websocket.send", "websocket.close"):
            await self._sent(kind, message)
        else:
            await self._send(message)

    def _accept(self) -> None:
        self._accepted = True
        self._operation.status = 101
        self._handshake.close()

    async def _sent(self, kind: str, message: Message) -> None:
        if kind == "websocket.close" and not self._accepted:
            self._operation.status = 403  # what servers answer to a handshake that is closed before it is accepted
            await self._send(message)
            return
        call = self._begin(kind, "producer", message)
        try:
            await self._send(message)
        except BaseException as error:
            if call is not None:
                call.close(error)
            raise
        if call is not None:
            call.close()

    def _begin(self, name: str, kind: str, message: Message) -> Call | None:
        task = Task(name, self._operation.resource, _attributes(message))
        task.kind = kind
        task.type = "websocket"
        if kind == "consumer":
            task.carrier = _NO_PARENT
        call = self._handshake.start(task)
        if call is not None and call.span is not None and self._handshake.span is not None:
            call.span.add_link(self._handshake.span, {"dd.kind": "executed_by" if kind == "consumer" else "resuming"})
        return call

    def _end_received(self) -> None:
        if self._received is not None:
            self._received.close()
            self._received = None

    def guarded(self, application: Any) -> Any:
        """The application, answered for if the handshake is refused."""

        async def guarded(*args: Any) -> None:
            try:
                await application(*args)
            except BaseException:
                if self._operation.refusal is None:
                    raise
            finally:
                self._end_received()
            if self._operation.refusal is not None:
                await self.refused()

        return guarded

    async def refused(self, *_: Any) -> None:
        """Closes the connection in the application's place: 403 before it was accepted, policy violation after."""
        self._operation.status = 101 if self._accepted else 403
        await self._send({"type": "websocket.close", "code": 1008})


def _attributes(message: Message) -> dict[str, Any]:
    if message["type"] == "websocket.close":
        return {"websocket.close.code": message.get("code", 1000)}
    text = message.get("text")
    data = text if text is not None else message.get("bytes") or b""
    return {
        "websocket.message.type": "text" if text is not None else "binary",
        "websocket.message.length": len(data),
        "websocket.message.frames": 1,
    }
