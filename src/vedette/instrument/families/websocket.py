"""WebSocket connections of ASGI: the handshake is a request; what follows is a conversation."""

from __future__ import annotations

from vedette.instrument.families.exchange import is_refused, response_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.families.conversation import Conversation

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_DENIAL = "websocket.http.response"


class WebSocket:
    """Stands between the server and the application, for one connection."""

    __slots__ = ("_conversation", "_deniable", "_gone", "_handshake", "_operation", "_receive", "_send")

    def __init__(
        self, handshake: Call, conversation: Conversation, deniable: bool, receive: Receive, send: Send
    ) -> None:
        self._handshake = handshake
        self._conversation = conversation
        self._operation = conversation.operation
        self._deniable = deniable
        """Whether the server can answer a handshake by an ordinary response."""
        self._receive = receive
        self._send = send
        self._gone = False

    async def receive(self) -> Message:
        """The application's `receive`: asking for a message ends the work on the one before."""
        self._conversation.done()
        message = await self._receive()
        try:
            self._came(message)
        except Exception as error:
            self._handshake.contain(error)
        return message

    def _came(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "websocket.receive":
            self._conversation.received(_content(message))
        elif kind == "websocket.disconnect":
            self._gone = True
            self._handshake.close()

    async def send(self, message: Message) -> None:
        """The application's `send`. After a refusal nothing more is passed on."""
        if self._conversation.refusal is not None:
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
        conversation = self._conversation
        try:
            kind = message.get("type")
            if kind == "websocket.send":
                return conversation.begin(conversation.sending(_content(message)))
            if kind == "websocket.close" and conversation.accepted:
                return conversation.begin(conversation.closing(message.get("code", 1000)))
            self._shaken(kind, message)
        except Exception as error:
            self._handshake.contain(error)
        return None

    def _shaken(self, kind: object, message: Message) -> None:
        operation = self._operation
        if kind == "websocket.accept":
            self._conversation.accept()
        elif kind == "websocket.close":
            operation.status = 403  # what servers answer to a handshake that is closed before it is accepted
        elif kind == f"{_DENIAL}.start":
            operation.status = message.get("status")

    def guarded(self, application: Any) -> Any:
        """The application: its errors belong to the message it worked on. Refused connections are answered for."""

        async def guarded(*args: Any) -> None:
            refused = False
            try:
                await application(*args)
            except BaseException as error:
                refused = self._conversation.refusal is not None and is_refused(error)
                self._failed(None if refused else error)
                if not refused:
                    raise
            self._conversation.done()
            if refused or self._operation.refusal is not None:
                await self.refused()

        return guarded

    def _failed(self, error: BaseException | None) -> None:
        """The application raised. That its peer went away is no failure of its own."""
        if self._gone and type(error).__name__ in ("WebSocketDisconnect", "CancelledError"):
            error = None
        self._conversation.failed(error)

    async def refused(self, *_: Any) -> None:
        """Ends the connection in the application's place: refused before it was accepted, policy violation after."""
        operation, accepted = self._operation, self._conversation.accepted
        refusal = operation.refusal
        if refusal is not None and self._deniable and not accepted:
            operation.status = refusal.status
            for message in response_of(refusal, _DENIAL, False):
                await self._send(message)
            return
        operation.status = 101 if accepted else 403
        if not self._gone:
            await self._send({"type": "websocket.close", "code": 1008})


def _content(message: Message) -> Any:
    """Text or bytes of a message."""
    text = message.get("text")
    return text if text is not None else message.get("bytes") or b""
