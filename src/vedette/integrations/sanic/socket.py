"""WebSockets, of Sanic's own server (since 21.12) and under ASGI."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from vedette.instrument import Call, enclosing
from vedette.instrument.families.exchange import is_refused
from vedette.operations import IncomingRequest, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument.families.conversation import Conversation

_SOCKETS: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()
"""Open connections, and what is said on them."""


def handling(call: Call) -> None:
    """A WebSocket's handler is about to get its connection: its errors belong to the message it works on."""
    operation = enclosing(IncomingRequest)
    conversation = operation.conversation if operation is not None else None
    if conversation is None:
        return
    app, handler, *rest = call.args

    async def handled(request: Any, socket: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = await handler(request, socket, *args, **kwargs)
        except BaseException as error:
            refused = conversation.refusal is not None and is_refused(error)
            left = type(error).__name__ in (
                "CancelledError",
                "ConnectionClosed",
                "ConnectionClosedOK",
                "WebsocketClosed",
            )
            conversation.failed(None if refused or left else error)
            if not refused:
                raise
            return await socket.close(1008)
        conversation.done()
        return result

    call.args = (app, handled, *rest)
    call.target = call.target  # said explicitly: other arguments


def shaking(call: Call) -> None:
    """The handshake, on Sanic's own server."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.conversation is not None:
        call.target = call.target  # said explicitly: the result is wanted


def shaken(call: Call, socket: Any) -> None:
    """It succeeded."""
    _accept(socket)


def accepting(call: Call) -> None:
    """It succeeds, under ASGI."""
    _accept(call.instance)


def _accept(socket: Any) -> None:
    operation = enclosing(IncomingRequest)
    conversation = operation.conversation if operation is not None else None
    if conversation is not None:
        conversation.accept()
        _SOCKETS[socket] = conversation


def receiving(call: Call) -> None:
    """The application waits for the next message: it is done with the one before."""
    conversation = _SOCKETS.get(call.instance)
    if conversation is not None:
        conversation.done()
        call.target = call.target  # said explicitly: the result is wanted


def received(call: Call, message: Any) -> None:
    """A message came; None after a time-out."""
    if message is not None:
        _SOCKETS[call.instance].received(message)


def sending(call: Call) -> Task | None:
    """A message goes out."""
    conversation, message = _SOCKETS.get(call.instance), call.args[1]
    if conversation is None or not isinstance(message, (str, bytes, bytearray, memoryview)):
        return None
    return conversation.sending(message)


def closing(call: Call) -> Task | None:
    """The application, or Sanic when its handler has ended, closes the connection."""
    socket = call.instance
    conversation = _SOCKETS.get(socket)
    protocol = getattr(socket, "ws_proto", None) or getattr(socket, "connection", None)  # as of 22.12, and before
    state = getattr(protocol, "state", 1)
    if conversation is None or state != 1:  # not open any more
        return None
    return conversation.closing(call.arg(0, "code"))
