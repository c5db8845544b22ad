"""WebSockets: the handshake is a request; messages come as calls of the handler's `on_message`."""

from __future__ import annotations

from types import coroutine
from weakref import WeakKeyDictionary

from vedette.instrument.families.exchange import is_refused
from vedette.integrations.tornado.request import call_of
from vedette.operations import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from vedette.instrument import Call
    from vedette.instrument.families.conversation import Conversation

_SOCKETS: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()
"""Handlers with an open connection, and what is said on it."""


def accepting(call: Call) -> None:
    """The handshake succeeds."""
    handler = call.instance.handler
    request = call_of(handler)
    conversation = request.operation.conversation if request is not None and request.operation is not None else None
    if conversation is not None:
        conversation.accept()
        _SOCKETS[handler] = conversation


def hearing(call: Call) -> None:
    """A callback of the handler is called: perhaps for a message."""
    protocol, callback, *args = call.args
    conversation = _SOCKETS.get(protocol.handler)
    if conversation is None or getattr(callback, "__name__", "") != "on_message" or len(args) != 1:
        return
    call.args = (protocol, _listening(conversation, protocol.handler, callback), *args)
    call.target = call.target  # said explicitly: its end is wanted


def _listening(conversation: Conversation, handler: Any, callback: Any) -> Any:
    """The handler's callback, within the message's span."""

    def listening(content: Any) -> Any:
        try:
            conversation.received(content)
            result = callback(content)
        except BaseException as error:
            return _stopped(conversation, handler, error)
        if hasattr(result, "__await__") and not hasattr(result, "add_done_callback"):
            return _awaited(conversation, handler, result)
        if hasattr(result, "add_done_callback"):
            result.add_done_callback(lambda future: conversation.failed(future.exception()))
        else:
            conversation.done()
        return result

    return listening


@coroutine
def _awaited(conversation: Conversation, handler: Any, awaitable: Any) -> Generator[Any, Any, Any]:
    try:
        result = yield from awaitable.__await__()
    except BaseException as error:
        return _stopped(conversation, handler, error)
    conversation.done()
    return result


def _stopped(conversation: Conversation, handler: Any, error: BaseException) -> None:
    refused = conversation.refusal is not None and is_refused(error)
    conversation.failed(None if refused else error)
    if not refused:
        raise error
    handler.close(1008)


def heard(call: Call, result: Any) -> None:
    """The callback has returned; a coroutine goes on in a task of its own."""
    conversation = _SOCKETS.get(call.instance.handler)
    if conversation is not None and result is not None:
        conversation.pause()


def writing(call: Call) -> Task | None:
    """A message goes out."""
    conversation = _SOCKETS.get(call.instance)
    if conversation is None:
        return None
    message = call.arg(0, "message")
    return conversation.sending(message if isinstance(message, (str, bytes)) else str(message))


def closing(call: Call) -> Task | None:
    """The application closes the connection."""
    handler = call.instance
    conversation = _SOCKETS.get(handler)
    if conversation is None or handler.ws_connection is None:
        return None
    return conversation.closing(call.arg(0, "code"))
