"""What protection remembers of one request."""

from __future__ import annotations

from vedette.protection.addresses import by_name
from vedette.protection.findings import Findings
from vedette.protection.reported_headers import REQUEST_ALWAYS, REQUEST_FOUND, RESPONSE, tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Span
    from vedette.operations import IncomingRequest
    from vedette.protection.addresses import Raw
    from vedette.protection.answers import Action
    from vedette.protection.fetches import Fetches
    from vedette.protection.policy import Policy
    from vedette.protection.redaction import Finding

    Earlier = Callable[[], tuple[dict[str, Any], list[Raw]]]


class RequestState:
    """One request's inspection: what was looked at, found and decided."""

    __slots__ = (
        "_client",
        "_earlier",
        "_findings",
        "_headers",
        "_inspection",
        "_operation",
        "_policy",
        "_response_id",
        "_sign_ins",
        "fetches",
    )

    def __init__(self, policy: Policy, operation: IncomingRequest, earlier: Earlier | None = None) -> None:
        self._policy = policy
        self._operation = operation
        self._inspection = policy.inspection()
        self._findings: Findings | None = None
        self._response_id: str | None = None
        self._sign_ins: dict[tuple[str, str, bool], int] | None = None
        self._client: str | None = None
        self._headers: dict[str, Any] = {}
        self._earlier = earlier
        """What was inspected elsewhere before; needed once a sink is reached."""
        self.fetches: Fetches | None = None
        """The requests to other services that were made for it; None without any."""

    def came_from(self, client: str | None, headers: dict[str, Any]) -> None:
        """Remembers the client's address, and the request's headers by lower-case name."""
        self._client, self._headers = client, headers

    def ended(self, operation: IncomingRequest, span: Span) -> None:
        """Tells on the request's span what is told of every request, and more where something was found."""
        try:
            found = self._findings is not None
            told: dict[str, Any] = tags(self._headers, REQUEST_FOUND if found else REQUEST_ALWAYS)
            told.update(tags(answered(operation), RESPONSE))
            told.update(self._inspection.attributes())
            if found:
                told["actor.ip"] = self._client
                told.update(self._inspection.fingerprints())
            span.set_attributes(told)
        except Exception as error:
            self._policy.troubled(error)

    def inspect(self, addresses: dict[str, Any], raw: list[Raw] | None = None, at_sink: bool = False) -> bool:
        """Evaluates new data, and tells of what was found. True if what is under way is to be stopped because of it.

        Once the response has begun only a sink can still be stopped.
        """
        if at_sink and self._earlier is not None:
            earlier, self._earlier = self._earlier, None
            self._inspection.evaluate(*earlier())  # what it finds has been told
        findings, _ = self._inspection.evaluate(addresses, raw)
        if not findings:
            return False
        span = self._operation.span
        stoppable = at_sink or not self._operation.begun
        consequences = [self._policy.consequence(finding) if stoppable else None for finding in findings]
        decided = next((action for action in consequences if action is not None), None)
        response_id = self._refuse(decided) if decided is not None else None
        if span is not None:
            found = [(finding, action is not None) for finding, action in zip(findings, consequences)]
            self._tell(span, found, response_id, at_sink)
        return response_id is not None

    def _tell(self, span: Span, found: list[tuple[Finding, bool]], response_id: str | None, at_sink: bool) -> None:
        """Attacks as such; rules that only tag traces are told by their attributes."""
        for finding, _ in found:
            span.set_attributes(finding["attributes"])
        if any(finding["keep"] and not finding["event"] for finding, _ in found):
            span.keep_for_security()
        events = [each for each in found if each[0]["event"]]
        if events:
            told = self._findings = self._findings or Findings(self._policy)
            told.add(span, events, response_id, at_sink)
        elif response_id is not None:
            span.set_attribute("appsec.blocked", "true")

    def is_new(self, event: str, account: str, automatic: bool) -> bool:
        """Whether a sign-in is one more: a library and the application itself may both tell of the same."""
        told = self._sign_ins = self._sign_ins or {}
        mine = (event, account, automatic)
        told[mine] = told.get(mine, 0) + 1
        return told[mine] > told.get((event, account, not automatic), 0)

    def report(self, findings: list[Finding]) -> None:
        """Tells of what was found without rules; nothing is stopped because of it."""
        span = self._operation.span
        if span is not None:
            told = self._findings = self._findings or Findings(self._policy)
            told.add(span, [(finding, False) for finding in findings], self._response_id, False)

    def refuse(self) -> bool:
        """Decides to refuse the request because the application asks for it; False if it is too late."""
        if self._operation.begun:
            return False
        self._refuse(self._policy.default_action)
        if self._operation.span is not None:
            self._operation.span.set_attribute("appsec.blocked", "true")
        return True

    def _refuse(self, action: Action) -> str:
        """Decides the answer, once; the id that it carries."""
        if self._response_id is None:
            answers, accept = self._policy.answers, self._operation.headers.get("accept")
            self._operation.refusal, self._response_id = answers.refusal(action, accept)
        return self._response_id


def answered(operation: IncomingRequest) -> dict[str, Any]:
    """Headers of the response that the client gets, by lower-case name: the application's, or those of the refusal."""
    if operation.refusal is not None:
        return {name.lower(): value for name, value in operation.refusal.headers}
    return by_name(operation.response_headers)
