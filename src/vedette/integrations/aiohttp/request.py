"""Requests: answered within `Application._handle`, but for what is written after it (files, bodies in pieces)."""

from __future__ import annotations

import sys
from functools import partial
from types import coroutine

from vedette.instrument import Call, enclosing
from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.conversation import Conversation
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.instrument.families.multi_headers import MultiHeaders
from vedette.integrations.aiohttp.socket import hung_up
from vedette.integrations.aiohttp.switches import switches
from vedette.operations import IncomingRequest, Refusal
from vedette.operations.known_routes import ROUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any


def routes_of(application: Any) -> Iterator[tuple[str, str]]:
    """Methods and templates of an application's router."""
    for route in application.router.routes():
        info = route.get_info()
        template = info.get("path") or info.get("formatter")
        if template:
            yield route.method, template


def handling(call: Call) -> IncomingRequest | None:
    """The application gets a request."""
    request, values = call.args[1], switches.values
    upgrades = (request.headers.get("upgrade") or "").lower() == "websocket"
    if upgrades and not values["trace_websocket"]:
        return None
    if ROUTES.asks(call.instance):
        ROUTES.tell(call.instance, "aiohttp.request", routes_of(call.instance))
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
            hung_up(conversation, error)
        elif _replaces(call, operation, error):
            return _response(operation)
        raise
    if conversation is not None and conversation.accepted:
        hung_up(conversation, None)
    elif _is_refused(call, operation, response):
        return _response(operation)
    if not response.prepared and not _is_whole(response):
        _lasts(call, operation, response)
    return response


def _replaces(call: Call, operation: IncomingRequest, error: BaseException) -> bool:
    """Whether an exception makes place for the protection's answer."""
    web = sys.modules["aiohttp.web"]
    if isinstance(error, web.HTTPException):
        if _is_refused(call, operation, error):
            return True
        call.close()  # a way to answer, and no failure
        return False
    if operation.refusal is None and isinstance(error, Exception) and not operation.begun:
        operation.status = 500
        _is_refused(call, operation, None)
    if operation.refusal is None or not is_refused(error):
        return False
    if operation.begun:
        raise aborted() from None
    return True


def _is_refused(call: Call, operation: IncomingRequest, response: Any) -> bool:
    """Whether another response takes the place of one that is not on its way yet."""
    if response is not None:
        operation.status = response.status
        operation.response_headers = MultiHeaders(response.headers)
    if operation.listeners and not operation.begun:
        try:
            if operation.body is not None:
                operation.body.complete()
            operation.learned("response")
            if _is_whole(response):
                operation.responding(response.body)
        except Refusal:
            pass
        except Exception as error:
            call.contain(error)
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
