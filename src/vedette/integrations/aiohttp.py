"""aiohttp's server: one span per request of an application, named by the resource that matched; WebSockets.

A request is answered within `Application._handle`, but for what is written after it: files, and bodies in pieces.
"""

from __future__ import annotations

import sys
from functools import partial
from types import coroutine
from weakref import WeakKeyDictionary

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import asgi, generator_coroutines
from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.conversation import Conversation
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.instrument.families.multi_headers import MultiHeaders
from vedette.operations import IncomingRequest, Refusal, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

_SOCKETS: WeakKeyDictionary[Any, Conversation] = WeakKeyDictionary()
"""WebSocket responses that are prepared, and what is said on them."""


def handling(call: Call) -> IncomingRequest | None:
    """The application gets a request."""
    request, values = call.args[1], integration.values
    upgrades = (request.headers.get("upgrade") or "").lower() == "websocket"
    if upgrades and not values["trace_websocket"]:
        return None
    headers, target = request.headers, request.raw_path
    host = headers.get("host") or ""
    url = f"{request.scheme}://{host}{target}" if target.startswith("/") else target
    query = target.partition("?")[2]
    operation = IncomingRequest(
        "aiohttp.request", request.method, url, request.path, query, MultiHeaders(headers), headers
    )
    operation.peer = request.remote
    operation.version = "{}.{}".format(*request.version[:2])
    if not values["distributed_tracing"]:
        operation.carrier = None
    if upgrades:
        operation.upgraded()
        operation.conversation = Conversation(call, operation, values["websocket_separate_traces"])
    if operation.listeners and wants_body(operation):
        operation.body = Collected(operation)
        operation.body.source = request.content
    operation.answers_itself = True
    operation.refused = lambda *_: _refused(operation)
    call.target = partial(_guarded, call, operation, operation.conversation, call.target)
    return operation


@coroutine
def _guarded(
    call: Call, operation: IncomingRequest, conversation: Conversation | None, application: Any, *args: Any
) -> Generator[Any, Any, Any]:
    """The application, whose answer is looked at: returned, or raised as an exception that is a response."""
    try:
        response = yield from application(*args)
    except BaseException as error:
        if conversation is not None and conversation.accepted:
            _hung_up(conversation, error)
        elif _replaces(call, operation, error):
            return _response(operation)
        raise
    if conversation is not None and conversation.accepted:
        _hung_up(conversation, None)
    elif _is_refused(operation, response):
        return _response(operation)
    if not response.prepared and not _is_whole(response):
        _lasts(call, operation, response)
    return response


def _hung_up(conversation: Conversation, error: BaseException | None) -> None:
    """A WebSocket's handler has ended."""
    refused = conversation.refusal is not None and (error is None or is_refused(error))
    conversation.failed(None if refused else error)
    if refused:
        raise aborted() from None


def _replaces(call: Call, operation: IncomingRequest, error: BaseException) -> bool:
    """Whether an exception makes place for the protection's answer."""
    web = sys.modules["aiohttp.web"]
    if isinstance(error, web.HTTPException):
        if _is_refused(operation, error):
            return True
        call.close()  # a way to answer, and no failure
        return False
    if operation.refusal is None and isinstance(error, Exception) and not operation.begun:
        operation.status = 500
        _is_refused(operation, None)
    if operation.refusal is None or not is_refused(error):
        return False
    if operation.begun:
        raise aborted() from None
    return True


def _is_refused(operation: IncomingRequest, response: Any) -> bool:
    """Whether another response takes the place of one that is not on its way yet."""
    if response is not None:
        operation.status = response.status
        operation.response_headers = MultiHeaders(response.headers)
    if operation.listeners and not operation.begun:
        try:
            if operation.body is not None:
                operation.body.complete()
            operation.learned("response")
        except Refusal:
            pass
    if operation.refusal is not None and operation.begun and response is not None:
        raise aborted()
    return operation.refusal is not None


def _response(operation: IncomingRequest) -> Any:
    refusal = operation.refusal
    if refusal is None:
        return None
    operation.begun = True
    operation.status = refusal.status
    return sys.modules["aiohttp.web"].Response(status=refusal.status, headers=dict(refusal.headers), body=refusal.body)


async def _refused(operation: IncomingRequest) -> Any:
    return _response(operation)


def _is_whole(response: Any) -> bool:
    """Whether a response is written at once: not a file, or a body in pieces."""
    return isinstance(response, sys.modules["aiohttp.web"].Response) and isinstance(response.body, (bytes, type(None)))


def _lasts(call: Call, operation: IncomingRequest, response: Any) -> None:
    """The request goes on until the response is written. Since 3.7 that is the end of its task."""
    if not hasattr(sys.modules["aiohttp.web_protocol"].RequestHandler, "finish_response"):
        return
    task = sys.modules["asyncio"].current_task()
    if task is not None:
        call.keep_open()
        task.add_done_callback(lambda _: _written(call, operation, response))


def _written(call: Call, operation: IncomingRequest, response: Any) -> None:
    operation.status = response.status  # files find out late that they are not there
    call.close()


def matched(call: Call) -> None:
    """The router has found a resource, in whichever application, or that there is none."""
    operation = enclosing(IncomingRequest)
    match = call.instance
    resource = match.route.resource
    if operation is None or operation.route is not None or resource is None:
        return
    info = resource.get_info()
    template = info.get("path") or info.get("formatter") or info.get("prefix") or ""
    operation.matched(template, dict(match) or None)


def preparing(call: Call) -> None:
    """The head of a response is about to be sent: from a handler that streams, or for a WebSocket."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.begun:
        return
    response = call.args[1]
    operation.status = response.status
    operation.response_headers = MultiHeaders(response.headers)
    if operation.listeners and operation.refusal is None:
        operation.learned("response")
    operation.begun = True


def read(call: Call) -> None:
    """A piece of a body is read: of the request, if it is that one."""
    body = _body_of(call.instance)
    if body is None:
        return
    function = call.target

    def shown(*args: Any) -> bytes:
        piece: bytes = function(*args)
        try:
            body.add(piece)
        except Exception as error:
            call.contain(error)
        return piece

    call.target = shown


def read_to_the_end(call: Call) -> None:
    """All that is there is read: perhaps the end of the body."""
    stream = call.instance
    body = _body_of(stream)
    if body is None:
        return
    function = call.target

    def shown(*args: Any) -> bytes:
        piece: bytes = function(*args)
        if stream.at_eof():
            body.complete()
        return piece

    call.target = shown


def _body_of(stream: Any) -> Collected | None:
    """What is collected of the request under way, if `stream` is its body."""
    operation = enclosing(IncomingRequest)
    body: Collected | None = operation.body if operation is not None else None
    return body if body is not None and body.source is stream else None


def form_asked(call: Call) -> None:
    """The application wants a form: its parts are read in lines."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.body is not None:
        call.target = call.target  # said explicitly: the result is wanted
        generator_coroutines.show(call, form_read)


def form_read(call: Call, _: object) -> None:
    """It is there."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.body is not None:
        operation.body.complete()


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


integration = Integration(
    "aiohttp",
    title="aiohttp (server)",
    distribution="aiohttp",
    modules=["aiohttp.web"],
    floor="2.3.10",
    tested=["2.3.10", "3.6.3", "3.7.4", "3.8.6", "3.10.11", "latest"],
    docs="https://docs.aiohttp.org",
    conventions="http-server",
    service="aiohttp-web",
    service_wins=False,
    protection=["http", "blocking"],
    options=asgi.OPTIONS,
    pins={"<3.5": ["multidict<5", "yarl<1.5", "async-timeout<4", "chardet<5"], "<3.9": ["yarl<1.10"]},
    hooks=[
        Around("aiohttp.web_app:Application._handle", handling),
        Around("aiohttp.web:Application._handle", handling),  # where it was before 3.0
        Around("aiohttp.web_urldispatcher:UrlMappingMatchInfo.freeze", matched),
        Around("aiohttp.web_request:Request._prepare_hook", preparing),
        Around("aiohttp.streams:StreamReader._read_nowait_chunk", read),
        Around("aiohttp.streams:StreamReader._read_nowait", read_to_the_end),
        Around("aiohttp.web_request:BaseRequest.post", form_asked, form_read),
        Around("aiohttp.web_ws:WebSocketResponse._post_start", shaken),
        Around("aiohttp.web_ws:WebSocketResponse.receive", receiving, received),
        Around("aiohttp.web_ws:WebSocketResponse.send_str", sending),
        Around("aiohttp.web_ws:WebSocketResponse.send_bytes", sending),
        Around("aiohttp.web_ws:WebSocketResponse.close", closing),
    ],
)
