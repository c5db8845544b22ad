"""What protection remembers of one request."""
from __future__ import annotations

from vedette.protection.findings import Findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations import IncomingRequest
    from vedette.protection.policy import Policy


class RequestState:
    """One request's inspection: what was looked at, found and decided."""

    __slots__ = ("_findings", "_inspection", "_operation", "_policy")

    def __init__(self, policy: Policy, operation: IncomingRequest) -> None:
        self._policy = policy
        self._operation = operation
        self._inspection = policy.inspection()
        self._findings = Findings()

    def inspect(self, addresses: dict[str, Any], at_sink: bool = False) -> bool:
        """Evaluates new data, and tells of what was found. True if the request is to be refused because of it."""
        findings, cut = self._inspection.evaluate(addresses)
        span = self._operation.span
        if cut and span is not None:
            span.set_attribute("_dd.appsec.truncated", 1)
        if not findings:
            return False
        refused = any(self._policy.is_refused(finding) for finding in findings)
        response_id = self._refuse() if refused else None
        if span is None:
            return refused
        for finding in findings:
            self._findings.add(span, finding, self._policy.is_refused(finding), response_id, at_sink)
        return refused

    def _refuse(self) -> str:
        answer, response_id = self._policy.answers.refusal(self._operation.headers.get("accept"))
        self._operation.refusal = answer
        return response_id
