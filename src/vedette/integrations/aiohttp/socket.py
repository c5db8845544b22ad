"""WebSockets: a response that is prepared, received from and sent to."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from vedette.instrument import Call, enclosing
from vedette.instrument.families import generator_coroutines
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.operations import IncomingRequest, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument.families.conversation import Conversation

_SOCKETS: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()
"""WebSocket responses that are prepared, and what is said on them."""


def shaken(call: Call) -> None:
    """The handshake of a WebSocket succeeds."""
    operation = enclosing(IncomingRequest)
    conversation = operation.conversation if operation is not None else None
    if conversation is not None:
        conversation.accept()
        _SOCKETS[call.instance] = conversation


def receiving(call: Call) -> None:
    """The application waits for the next message: it is done with the one before."""
    conversation = _SOCKETS.get(call.instance)
    if conversation is not None:
        conversation.done()
        call.target = call.target  # said explicitly: the result is wanted
        generator_coroutines.show(call, received)


def received(call: Call, message: Any) -> None:
    """A message came: text or binary."""
    if message.type in (1, 2):
        _SOCKETS[call.instance].received(message.data)


def sending(call: Call) -> Task | None:
    """A message goes out."""
    conversation = _SOCKETS.get(call.instance)
    return None if conversation is None else conversation.sending(call.args[1])


def closing(call: Call) -> Task | None:
    """The application closes the connection; an answer to the client's own closing is none of its doing."""
    socket = call.instance
    conversation = _SOCKETS.get(socket)
    if conversation is None or socket.closed or socket._closing:
        return None
    return conversation.closing(call.kwargs.get("code"))


def hung_up(conversation: Conversation, error: BaseException | None) -> None:
    """A WebSocket's handler has ended."""
    refused = conversation.refusal is not None and (error is None or is_refused(error))
    conversation.failed(None if refused else error)
    if refused:
        raise aborted() from None
