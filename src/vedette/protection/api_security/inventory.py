"""Looks at one request of each endpoint now and then, and tells on its span what it looked like."""

from __future__ import annotations

import json

from vedette import _native
from vedette.operations import IncomingMessage
from vedette.protection.addresses import by_name
from vedette.protection.api_security.authentication import kinds_of
from vedette.protection.api_security.parts import request_parts, response_parts
from vedette.protection.api_security.sampler import Sampler
from vedette.protection.listener import Quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span
    from vedette.operations import IncomingRequest
    from vedette.protection.policy import Policy
    from vedette.settings import Settings

_NOT_FOUND = 404
_MOST_NAMES = 100
"""Cookies and parameters of a request whose names are looked at."""


class Inventory(Quiet):
    """Listens to `IncomingRequest`."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self._policy = policy
        self._sampler = Sampler(settings.api_security_sample_delay, settings.api_security_endpoints)
        self._depth = settings.body_max_depth
        self._elements = max(settings.body_max_elements, 65_536)
        self._bodies = settings.api_security_response_body
        self._standalone = not settings.apm_tracing

    def learned(self, operation: IncomingRequest, what: str) -> None:
        """The response begins: decides whether the request is looked at when it ends. What was refused is not."""
        if what != "response" or operation.refusal is not None or type(operation) is IncomingMessage:
            return
        try:
            if self._takes(operation):
                operation.observer = self
                if self._bodies:
                    operation.collect_response()
        except Exception as error:
            self._policy.troubled(error)

    def _takes(self, operation: IncomingRequest) -> bool:
        status, span = operation.status, operation.span
        if span is None or status is None or (operation.route is None and status == _NOT_FOUND):
            return False
        priority = span.sampling_priority
        if priority is not None and priority <= 0 and not self._standalone:
            return False  # nobody will see this trace: one that is kept is looked at instead
        return self._sampler.takes((operation.method, operation.endpoint(), status))

    def observe(self, operation: IncomingRequest, span: Span) -> None:
        """The request is over: tells its shapes."""
        try:
            if operation.refusal is None:
                span.set_attributes(self._told(operation))
                if self._standalone:
                    span.keep_for_security()  # without tracing, nothing else would
        except Exception as error:
            self._policy.troubled(error)

    def _told(self, operation: IncomingRequest) -> dict[str, Any]:
        headers = by_name(operation.headers)
        answered = by_name(operation.response_headers)
        parts = [*request_parts(operation, headers), *response_parts(operation, answered)]
        shapes, formats = _native.schemas(parts, self._depth, self._elements)
        told: dict[str, Any] = {f"security.api.{name}.schema": text for name, text in shapes.items()}
        told["security.api.authentication"] = ",".join(_authentication(operation, headers))
        told["security.api.request.type"] = _media_type(headers) if operation.body is not None else None
        told["security.api.response.type"] = _media_type(answered)
        if formats:
            told["security.api.formats"] = json.dumps(formats)
        if operation.route is None:
            told["http.endpoint"] = operation.endpoint()
        return told


def _authentication(operation: IncomingRequest, headers: dict[str, Any]) -> list[str]:
    cookies = headers.get("cookie") or ""
    text = cookies if isinstance(cookies, str) else "; ".join(cookies)
    return kinds_of(headers, _names(text, ";"), _names(operation.query, "&"))


def _media_type(headers: dict[str, Any]) -> str | None:
    """The content type without its parameters (RFC 9110, section 8.3.1)."""
    value = headers.get("content-type")
    return value.partition(";")[0].strip().lower() or None if isinstance(value, str) else None


def _names(text: str, separator: str) -> list[str]:
    pairs = text.split(separator, _MOST_NAMES)[:_MOST_NAMES]
    return [pair.partition("=")[0].strip() for pair in pairs if "=" in pair]
