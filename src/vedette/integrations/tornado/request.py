"""Requests: from the handler's execution to the end of its response, whichever comes last."""

from __future__ import annotations

import sys
from functools import partial
from weakref import WeakKeyDictionary

from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.conversation import Conversation
from vedette.instrument.families.exchange import is_refused
from vedette.instrument.families.multi_headers import MultiHeaders
from vedette.integrations.tornado.routes import template_of
from vedette.integrations.tornado.switches import switches
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument import Call

_CALLS: WeakKeyDictionary[Any, Call] = WeakKeyDictionary()
"""Handlers whose requests are under way."""
_COROUTINE = 0x80


def executing(call: Call) -> IncomingRequest | None:
    """A handler gets its request, whose body has been read (but for streamed ones)."""
    handler, values = call.instance, switches.values
    headers = {name.lower(): value for name, value in handler.request.headers.get_all()}
    upgrades = headers.get("upgrade", "").lower() == "websocket"
    if upgrades and not values["trace_websocket"]:
        return None
    operation = _described(handler.request, headers, values["distributed_tracing"])
    if upgrades:
        operation.upgraded()
        operation.conversation = Conversation(call, operation, values["websocket_separate_traces"])
    operation.answers_itself = True
    operation.refused = _answered
    execute = call.target
    call.target = partial(_awaited if execute.__code__.co_flags & _COROUTINE else _called, call, execute)
    call.keep_open()
    _CALLS[handler] = call
    return operation


def _described(request: Any, headers: dict[str, str], distributed: bool) -> IncomingRequest:
    target = request.uri or ""
    url = f"{request.protocol}://{headers.get('host') or ''}{target}" if target.startswith("/") else target
    carrier = headers if distributed else None
    operation = IncomingRequest(
        "tornado.request",
        request.method,
        url,
        request.path,
        request.query,
        MultiHeaders(request.headers, "get_all", headers),
        carrier,
    )
    operation.peer = request.remote_ip
    operation.version = request.version[5:]
    if operation.listeners and wants_body(operation):
        operation.body = Collected(operation)
    return operation


async def _awaited(call: Call, execute: Any, handler: Any, transforms: Any, *args: Any, **kwargs: Any) -> None:
    """The execution, a coroutine since 6.0."""
    operation = call.operation
    try:
        _begun(call, handler, operation, transforms, args, kwargs)
        await execute(handler, transforms, *args, **kwargs)
    except BaseException as error:
        _stopped(handler, operation, error)
    _over(call, handler, operation)


def _called(call: Call, execute: Any, handler: Any, transforms: Any, *args: Any, **kwargs: Any) -> Any:
    """The execution, before that a function that returns a future."""
    operation = call.operation
    try:
        _begun(call, handler, operation, transforms, args, kwargs)
        future = execute(handler, transforms, *args, **kwargs)
    except BaseException as error:
        _stopped(handler, operation, error)
        return _answered(handler, transforms)
    future.add_done_callback(lambda future: _finished(call, handler, operation, future))
    return future


def _begun(call: Call, handler: Any, operation: IncomingRequest, transforms: Any, args: Any, kwargs: Any) -> None:
    """The handler, its arguments and the body are known. Raises the protection's refusal."""
    handler._transforms = transforms  # as the execution does at first; a refusal has to do without it
    try:
        _tell_request(handler, operation, args, kwargs)
    except Exception as error:
        call.contain(error)


def _tell_request(handler: Any, operation: IncomingRequest, args: Any, kwargs: Any) -> None:
    _name(handler, operation)
    if (args or kwargs) and operation.listeners:
        named = {**{str(at): value for at, value in enumerate(args)}, **kwargs}
        operation.path_params = {name: _text(value) for name, value in named.items() if value is not None}
        operation.learned("path_params")
    body = operation.body
    content = getattr(handler.request, "body", None)
    if body is not None and isinstance(content, bytes) and content:
        body.add(content)
        body.complete()


def _name(handler: Any, operation: IncomingRequest) -> None:
    kind = type(handler)
    if kind is sys.modules["tornado.web"].ErrorHandler:
        return
    template = template_of(handler)
    name = f"{kind.__module__}.{kind.__qualname__}"
    operation.route = template or name
    operation.resource = name
    if operation.span is not None:
        operation.span.resource = name


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _stopped(handler: Any, operation: IncomingRequest, error: BaseException) -> None:
    if operation.refusal is None or not is_refused(error):
        raise error
    _answer(handler, operation)


def _answer(handler: Any, operation: IncomingRequest) -> None:
    """The protection's answer, in place of the handler's; a response that has begun is broken off."""
    if not handler._headers_written:
        if not handler._finished:
            handler.finish()
    elif operation.begun and not handler._finished:
        handler.request.connection.stream.close()
        handler.on_connection_close()


def _finished(call: Call, handler: Any, operation: IncomingRequest, future: Any) -> None:
    """The future of an execution before 6.0 has its result."""
    error = future.exception()
    if error is not None and operation.refusal is not None and is_refused(error):
        _answer(handler, operation)
    _over(call, handler, operation)


def _over(call: Call, handler: Any, operation: IncomingRequest) -> None:
    """The execution has ended: so has the request, unless its handler said that it finishes later."""
    if handler in _CALLS and (handler._finished or handler._auto_finish or operation.conversation is not None):
        _close(call, handler)


def _answered(handler: Any, transforms: Any, *_: Any, **__: Any) -> Any:
    """What stands for an execution that did not take place."""
    call = _CALLS.get(handler)
    handler._transforms = transforms
    if call is not None and call.operation is not None:
        _answer(handler, call.operation)
    prepared = handler._prepared_future
    if prepared is not None and not prepared.done():
        prepared.set_result(None)  # the server waits for it before it goes on with the connection
    future = sys.modules["tornado.concurrent"].Future()
    future.set_result(None)
    return future


def failed(call: Call) -> None:
    """An exception of the handler, which becomes an error page."""
    request, error = _CALLS.get(call.instance), call.arg(0, "e")
    web = sys.modules["tornado.web"]
    answers = (web.HTTPError, getattr(web, "Finish", web.HTTPError))
    if request is not None and request.operation is not None and not isinstance(error, answers):
        request.operation.failed(error)


def flushing(call: Call) -> None:
    """The head of the response is about to be sent: the last moment for another one."""
    handler = call.instance
    if handler._headers_written:
        return
    request = _CALLS.get(handler)
    operation: IncomingRequest | None = request.operation if request is not None else None
    if operation is None:
        return
    operation.status = handler.get_status()
    operation.response_headers = MultiHeaders(handler._headers, "get_all")
    if operation.listeners and operation.refusal is None:
        _tell_response(operation, b"".join(handler._write_buffer), bool(call.arg(0, "include_footers")))
    if operation.refusal is not None:
        _replace(handler, operation)
    operation.begun = True


def _tell_response(operation: IncomingRequest, body: bytes, finishes: bool) -> None:
    try:
        if operation.body is not None:
            operation.body.complete()
        operation.learned("response")
        if finishes:
            operation.responding(body)
        elif operation.response_body is not None:
            operation.response_body.add(body)
    except Refusal:
        if not finishes:  # there is more to come, which must not follow the protection's answer
            raise


def _replace(handler: Any, operation: IncomingRequest) -> None:
    refusal = operation.refusal
    if refusal is None:
        return
    handler.clear()
    handler.set_status(refusal.status)
    for name, value in refusal.headers:
        handler.set_header(name, value)
    handler._write_buffer = [refusal.body]
    operation.status = refusal.status


def finishing(call: Call) -> None:
    """The response is complete with this."""
    if call.instance in _CALLS:
        call.target = call.target  # said explicitly: its end is wanted


def finished(call: Call, _: object) -> None:
    """It is."""
    request = _CALLS.get(call.instance)
    if request is not None:
        _close(request, call.instance)


def _close(call: Call, handler: Any) -> None:
    operation = call.operation
    if operation is not None and not operation.begun:
        operation.status = handler.get_status()
    _CALLS.pop(handler, None)
    call.close()


def received(call: Call) -> None:
    """A piece of a body that the handler reads in pieces."""
    delegate = call.instance
    handler = getattr(delegate, "handler", None) if delegate.stream_request_body else None
    request = _CALLS.get(handler) if handler is not None else None
    operation = request.operation if request is not None else None
    if operation is not None and operation.body is not None:
        operation.body.add(call.args[1])


def call_of(handler: Any) -> Call | None:
    """The request of a handler, while it is under way."""
    return _CALLS.get(handler)
