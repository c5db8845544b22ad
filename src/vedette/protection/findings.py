"""What was found in one request, told on its span: as structures for Datadog, as span events for OpenTelemetry."""

from __future__ import annotations

from vedette.protection import stack
from vedette.protection.trigger import Circumstances, event, trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span
    from vedette.protection.policy import Policy
    from vedette.protection.redaction import Finding

EVENT = "security.finding"
"""Name of the span event and log record of one finding."""
_MOST = 50
"""Findings told per request; a scanner's request can match many rules."""


class Findings:
    """The findings of one request."""

    __slots__ = ("_dropped", "_keeps", "_policy", "_stacks", "_triggers")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._keeps = policy.trace_rate.allows()
        """Whether the trace is kept because of them, whatever the sampling says."""
        self._dropped = 0
        self._triggers: list[dict[str, Any]] = []
        self._stacks: list[dict[str, Any]] = []

    def add(self, span: Span, found: list[tuple[Finding, bool]], response_id: str | None, at_sink: bool) -> None:
        """Tells on the request's span of findings and whether they block, and keeps the trace."""
        told = found[: _MOST - len(self._triggers)]
        if told:  # one that is full costs no more, however often a sink is reached
            self._tell_all(span, told, response_id, at_sink)
        if len(told) < len(found):
            self._dropped += len(found) - len(told)
            span.set_attribute("security.findings.dropped", self._dropped)
        span.set_attribute("appsec.event", "true")
        if response_id is not None:
            span.set_attribute("appsec.blocked", "true")
        if self._keeps:
            span.keep_for_security()

    def _tell_all(self, span: Span, found: list[tuple[Finding, bool]], response_id: str | None, at_sink: bool) -> None:
        places = stack.application_stack(self._policy.stack_depth) if at_sink else []
        for finding, blocks in found:
            known = Circumstances(span.span_id, blocks, response_id, places)
            self._tell(span, self._policy.redaction.of(finding), known)
        span.set_structure("appsec", {"triggers": self._triggers})
        if self._stacks:
            span.set_structure("_dd.stack", {"exploit": self._stacks})

    def _tell(self, span: Span, finding: Finding, known: Circumstances) -> None:
        if known.places and len(self._stacks) < self._policy.most_stacks:
            known.stack_id = _identity()
            self._stacks.append(stack.structure(known.places, known.stack_id, finding["rule_name"]))
        self._triggers.append(trigger(finding, known))
        span.add_event(EVENT, event(finding, known))


def _identity() -> str:
    import uuid  # costs a millisecond, which processes without an exploit need not pay

    return str(uuid.uuid4())
