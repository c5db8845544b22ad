"""The gate: inspects incoming requests as they become known, and refuses those that rules refuse."""

from __future__ import annotations

from vedette.operations import IncomingCall, IncomingMessage, Refusal
from vedette.operations.client_address import client_address
from vedette.protection import addresses
from vedette.protection.bodies import body_parts
from vedette.protection.compressed import LIMIT, unpacked
from vedette.protection.listener import Quiet
from vedette.protection.state import RequestState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Call
    from vedette.operations import IncomingRequest
    from vedette.protection.addresses import Raw
    from vedette.protection.policy import Policy

    Parts = tuple[dict[str, Any], list[Raw]]


class RequestGate(Quiet):
    """Listens to `IncomingRequest`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def before(self, call: Call) -> None:
        """Method, path, query, headers, cookies, client: before the application is called."""
        operation: IncomingRequest = call.operation
        try:
            if type(operation) is IncomingMessage:
                self._remember(operation)
            elif self._is_refused(operation) and operation.refused is not None:
                call.target = operation.refused
        except Exception as error:
            self._policy.troubled(error)

    def _remember(self, operation: IncomingRequest) -> None:
        """A message: the request that opened its connection was inspected then, and matters to sinks alone."""

        def opening() -> Parts:
            headers = addresses.by_name(operation.headers)
            raw = addresses.raw_parts(operation, headers.pop("cookie", None))
            known, _ = self._parts(operation, "path_params")
            return {**known, addresses.HEADERS: headers}, raw

        operation.protection = RequestState(self._policy, operation, opening)
        if operation.span is not None:
            operation.span.set_attributes(self._policy.marks)

    def _is_refused(self, operation: IncomingRequest) -> bool:
        state = RequestState(self._policy, operation)
        headers = addresses.by_name(operation.headers)
        cookies = headers.pop("cookie", None)
        client = client_address(headers, operation.peer, self._policy.client_ip_header)
        if operation.span is not None:
            operation.span.set_attributes({"client.address": client, **self._policy.marks})
        state.came_from(client, headers)
        operation.protection = state
        if isinstance(operation, IncomingCall):
            return state.inspect(addresses.of_call(operation, headers, client))
        parts = addresses.raw_parts(operation, cookies)
        return state.inspect(addresses.of_request(operation, headers, client), parts)

    def learned(self, operation: IncomingRequest, what: str) -> None:
        """Path parameters, body, response: as the application comes to them. Raises Refusal."""
        state: RequestState | None = operation.protection
        if state is None or operation.refusal is not None:
            return
        try:
            if what == "response" and self._policy.looks_at(addresses.RESPONSE_BODY):
                operation.collect_response(decides=True)
            known, raw = self._parts(operation, what)
            refused = bool(known or raw) and state.inspect(known, raw)
        except Exception as error:
            self._policy.troubled(error)
            return
        if refused:
            raise Refusal(what)

    def _parts(self, operation: IncomingRequest, what: str) -> Parts:
        if what == "path_params":
            texts = {name: value for name, value in (operation.path_params or {}).items() if isinstance(value, str)}
            return ({addresses.PATH_PARAMS: texts} if texts else {}), []
        if what == "body":
            return self._body(operation)
        if isinstance(operation, IncomingCall):
            return addresses.of_message(what, operation.message), []
        if what == "response_body":
            return {}, _response_body(operation)
        if what == "response" and any(map(self._policy.looks_at, (addresses.STATUS, addresses.RESPONSE_HEADERS))):
            return addresses.of_response(operation), []
        return {}, []

    def failed(self, call: Call, error: BaseException) -> bool:
        """The application was stopped by a refusal, its own framework's way: answers in its place."""
        operation: IncomingRequest = call.operation
        if operation.refusal is None or operation.refused is None or operation.answers_itself:
            return False
        if not isinstance(error, (Exception, Refusal)):
            return False  # an interrupt, on its way out of the process
        call.result = operation.refused(*call.args)
        return True

    def _body(self, operation: IncomingRequest) -> Parts:
        """What was read of the body, unpacked; the span says why that is not all of it."""
        body = operation.body
        content, reason = bytes(body.data), LIMIT if body.seen > len(body.data) else None
        encodings = operation.headers.get("content-encoding")
        if encodings:
            content, packed = unpacked(encodings, content, operation.body_limit)
            reason = packed or reason
        if reason is not None and operation.span is not None:
            operation.span.set_attribute("security.body.uninspected", reason)
        known, raw = body_parts(body.content_type, content, body.whole and reason is None)
        if not self._policy.looks_at(addresses.FILE_CONTENTS):
            known.pop(addresses.FILE_CONTENTS, None)
        return known, raw


def _response_body(operation: IncomingRequest) -> list[Raw]:
    """What the application answers, read as its content type says."""
    body, headers = operation.response_body, operation.response_headers
    if body is None or headers is None:
        return []
    _, raw = body_parts(headers.get("content-type") or "", bytes(body.data), body.whole)
    return [(addresses.RESPONSE_BODY, kind, content) for _, kind, content in raw]
