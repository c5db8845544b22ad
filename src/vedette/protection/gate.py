"""The gate: inspects incoming requests as they become known, and refuses those that rules refuse."""
from __future__ import annotations

from vedette.operations import Refusal
from vedette.protection.addresses import of_request, of_response
from vedette.protection.bodies import body_addresses
from vedette.protection.client_address import client_address
from vedette.protection.listener import Quiet
from vedette.protection.state import RequestState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Call
    from vedette.operations import IncomingRequest
    from vedette.protection.policy import Policy


class RequestGate(Quiet):
    """Listens to `IncomingRequest`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def before(self, call: Call) -> None:
        """Method, path, query, headers, cookies, client: before the application is called."""
        operation: IncomingRequest = call.operation
        state = operation.protection = RequestState(self._policy, operation)
        client = client_address(operation.headers, operation.peer, self._policy.client_ip_header)
        if operation.span is not None:
            operation.span.set_attributes(
                {"client.address": client, "_dd.appsec.enabled": 1, "_dd.runtime_family": "python"}
            )
        if state.inspect(of_request(operation, client)) and operation.refused is not None:
            call.target = operation.refused

    def learned(self, operation: IncomingRequest, what: str) -> None:
        """Path parameters, body, response: as the application comes to them. Raises Refusal."""
        state: RequestState | None = operation.protection
        if state is None or operation.refusal is not None:
            return
        addresses = self._addresses(operation, what)
        if addresses and state.inspect(addresses) and what != "response":
            raise Refusal(what)

    def _addresses(self, operation: IncomingRequest, what: str) -> dict[str, Any]:
        if what == "path_params":
            return {"server.request.path_params": operation.path_params}
        if what == "body":
            body = operation.body
            content_type = operation.headers.get("content-type") or ""
            return body_addresses(content_type, bytes(body.data), body.seen <= len(body.data))
        if what == "response" and self._policy.looks_at("server.response.status"):
            return of_response(operation)
        return {}

    def failed(self, call: Call, error: BaseException) -> bool:
        """The application was stopped by a refusal, its own framework's way: answers in its place."""
        operation: IncomingRequest = call.operation
        if operation.refusal is None or operation.refused is None or operation.answers_itself:
            return False
        call.result = operation.refused(*call.args)
        return True
