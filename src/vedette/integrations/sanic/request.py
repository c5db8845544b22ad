"""Requests: described where the application handles them, whichever server they came through."""

from __future__ import annotations

import sys
from functools import partial

from vedette.instrument import Call, enclosing
from vedette.instrument.families import asgi
from vedette.instrument.families.body import Collected, wants_body
from vedette.instrument.families.conversation import Conversation
from vedette.instrument.families.exchange import aborted, is_refused
from vedette.instrument.families.multi_headers import MultiHeaders
from vedette.integrations.sanic.switches import switches
from vedette.operations import IncomingRequest, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TEMPLATES: dict[str, str] = {}
"""Routes by their paths with types, as far as they have been seen."""


def handling(call: Call) -> IncomingRequest | None:
    """The application handles a request."""
    request, values = call.args[1], switches.values
    scope = getattr(request.transport, "scope", None)
    outer = enclosing(IncomingRequest)
    if scope is not None and outer is not None and asgi.is_part(scope, outer):
        asgi.adopt(outer, "sanic.request")  # described already where the server called the application
        return None
    upgrades = (request.headers.get("upgrade") or "").lower() == "websocket" or (scope or {}).get("type") == "websocket"
    if upgrades and not values["trace_websocket"]:
        return None
    secure = request.transport.get_extra_info("sslcontext") if scope is None else None
    scheme = ("https" if secure else "http") if scope is None else scope.get("scheme", "http")
    operation = _described(request, scheme, values["distributed_tracing"])
    if upgrades:
        operation.upgraded()
        operation.conversation = Conversation(call, operation, values["websocket_separate_traces"])
    operation.answers_itself = True
    operation.refused = lambda app, request, *callbacks, **_: _answer(operation, request, callbacks)
    _watch_callbacks(call, operation)
    call.target = partial(_guarded, call, operation, call.target)
    return operation


def _described(request: Any, scheme: str, distributed: bool) -> IncomingRequest:
    headers, target = request.headers, request.raw_url.decode("latin-1")
    url = f"{scheme}://{headers.get('host') or ''}{target}" if target.startswith("/") else target
    _, _, query = target.partition("?")
    if not query:
        url = url.rstrip("?")  # which some versions add under ASGI
    operation = IncomingRequest(
        "sanic.request",
        request.method,
        url,
        request.path,
        query,
        MultiHeaders(headers),
        headers if distributed else None,
    )
    operation.peer = request.ip
    operation.version = request.version
    if operation.listeners and wants_body(operation):
        operation.body = Collected(operation)
        operation.body.source = getattr(request, "stream", None)
    return operation


async def _guarded(
    call: Call, operation: IncomingRequest, handle: Any, app: Any, request: Any, *callbacks: Any, **more: Any
) -> None:
    """The handling: shown the body that was read before, and answered for if it is refused."""
    try:
        if operation.body is not None:
            _show_body(call, operation, request)
        await handle(app, request, *callbacks, **more)
    except BaseException as error:
        if operation.refusal is None or not is_refused(error):
            raise
        if operation.begun:
            raise aborted() from None
    if operation.refusal is not None:
        await _answer(operation, request, callbacks)
        return
    response = getattr(getattr(request, "stream", None), "response", None)
    if response is not None:
        operation.status = response.status


def _show_body(call: Call, operation: IncomingRequest, request: Any) -> None:
    """Before 21.3 bodies are read before anything else."""
    body = operation.body
    if body is None or _streams(request) or not isinstance(request.body, bytes) or not request.body:
        return
    try:
        body.add(request.body)
        body.complete()
    except Exception as error:
        call.contain(error)


def _streams(request: Any) -> bool:
    """Whether bodies come from a stream (since 21.3)."""
    return hasattr(getattr(request, "stream", None), "respond")


def _watch_callbacks(call: Call, operation: IncomingRequest) -> None:
    """Before 21.3 responses are given to one of two callbacks."""
    if len(call.args) != 4:
        return
    app, request, write, stream = call.args

    def told(response: Any) -> None:
        try:
            _respond(operation, response)
        except Exception as error:
            call.contain(error)

    def written(response: Any) -> Any:
        told(response)
        operation.begun = True
        return write(response)

    async def streamed(response: Any) -> Any:
        told(response)
        operation.begun = True
        return await stream(response)

    call.args = (app, request, write and written, stream and streamed)


def _respond(operation: IncomingRequest, response: Any) -> None:
    """A response is about to be sent: the last moment for another one. Raises the protection's refusal."""
    if operation.refusal is not None:
        if operation.begun:
            return  # by the protection's own
        raise Refusal("response")
    operation.status = response.status
    operation.response_headers = MultiHeaders(_headers_of(response))
    if operation.listeners and not operation.begun:
        if operation.body is not None:
            operation.body.complete()
        operation.learned("response")
        operation.responding(getattr(response, "body", None))


def _headers_of(response: Any) -> Any:
    """The headers with the content type, which Sanic puts among them only when they are sent."""
    kind = getattr(response, "content_type", None)
    if not kind or "content-type" in response.headers:
        return response.headers
    headers = response.headers.copy()
    headers["content-type"] = kind
    return headers


async def _answer(operation: IncomingRequest, request: Any, callbacks: tuple[Any, ...]) -> None:
    refusal = operation.refusal
    if refusal is None or operation.begun:
        return
    operation.begun = True
    operation.status = refusal.status
    headers = {name: value for name, value in refusal.headers if name.lower() not in ("content-type", "content-length")}
    kind = next((value for name, value in refusal.headers if name.lower() == "content-type"), None)
    made = sys.modules["sanic.response"].HTTPResponse(None, refusal.status, headers, kind)
    made.body = refusal.body
    if callbacks:
        callbacks[0](made)
    else:
        await request.stream.respond(made).send(end_stream=True)


def responding(call: Call) -> None:
    """A response takes its place in the stream. Raises the protection's refusal."""
    operation = enclosing(IncomingRequest)
    if operation is not None and type(operation) is IncomingRequest:
        _respond(operation, call.args[1])


def sending(call: Call) -> None:
    """The head of a response is sent, if it was not before."""
    operation = enclosing(IncomingRequest)
    if operation is not None:
        operation.begun = True
        if operation.refusal is None:
            operation.status = call.instance.status


def routing(call: Call) -> None:
    """The router looks for a handler."""
    call.target = call.target  # said explicitly: the result is wanted


def routed(call: Call, found: Any) -> None:
    """It has found one: (route, handler, arguments), before 21.3 (handler, args, arguments, template, ...)."""
    operation = enclosing(IncomingRequest)
    if operation is None or operation.route is not None:
        return
    if len(found) == 3:
        route, _, params = found
        operation.attributes = operation.attributes or {}
        operation.attributes["sanic.route.name"] = route.name
        path = f"/{route.path}"
    else:
        _, _, params, path, *_ = found
    shown = {name: str(value) for name, value in params.items()} if params and operation.listeners else None
    template = _TEMPLATES.get(path)
    if template is None and len(_TEMPLATES) < 10_000:
        template = _TEMPLATES[path] = without_types(path)
    operation.matched(template or path, shown)


def without_types(path: str) -> str:
    """`/users/<id>` for `/users/<id:int>`."""
    head, *rest = path.split("<")
    return head + "".join(_without_type(part) for part in rest)


def _without_type(part: str) -> str:
    name, closing, after = part.rpartition(">")
    return f"<{name.partition(':')[0].strip()}{closing}{after}"


def failed(call: Call) -> None:
    """An exception of the handler is about to become a response."""
    operation, error = enclosing(IncomingRequest), call.args[2]
    status = getattr(error, "status_code", None)
    if operation is not None and (not isinstance(status, int) or status >= 500) and operation.refusal is None:
        operation.failed(error)


def failed_late(call: Call) -> None:
    """The same, where the response has begun and there can be no other."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.begun:
        failed(call)


def reading(call: Call) -> None:
    """A piece of the body is read."""
    operation = enclosing(IncomingRequest)
    body = operation.body if operation is not None else None
    if body is not None and body.source is call.instance:
        call.target = call.target  # said explicitly: the result is wanted


def read(call: Call, piece: bytes | None) -> None:
    """It is there: None, or nothing more to come, at the end."""
    operation = enclosing(IncomingRequest)
    body = operation.body if operation is not None else None
    if body is None:
        return
    if piece:
        body.add(piece)
    if piece is None or not call.instance.request_body:
        body.complete()
