"""What would have become of recorded attacks under another mode or with an exclusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vedette.agent.panels.attack import Attack

MODES = ("", "block", "monitor")


@dataclass(frozen=True)
class Change:
    """A candidate: another mode, and what is excluded. Empty parts mean no change, or any."""

    mode: str = ""
    rule: str = ""
    endpoint: str = ""
    parameter: str = ""
    """Address and key, as findings tell them: `server.request.query / q`."""
    service: str = ""

    @property
    def excludes(self) -> bool:
        """Whether anything is excluded at all."""
        return bool(self.rule or self.endpoint or self.parameter)


@dataclass(frozen=True)
class Outcome:
    """What would differ."""

    found: int
    """Requests that would still have findings."""
    blocked: int
    """Requests that would be stopped."""
    freed: list[Attack]
    """Stopped then, not with the change."""
    stopped: list[Attack]
    """Let through then, stopped with the change."""
    unseen: list[Attack]
    """Without findings with the change."""


def what_if(attacks: list[Attack], change: Change) -> Outcome:
    """Evaluates the change against what was found; what was not found then can't be known."""
    outcome = Outcome(0, 0, [], [], [])
    found = blocked = 0
    for attack in attacks:
        left = [finding for finding in attack.findings if not _excluded(attack, finding, change)]
        stops = _stops(attack, left, change)
        found += bool(left)
        blocked += stops
        if not left:
            outcome.unseen.append(attack)
        if attack.blocked and not stops:
            outcome.freed.append(attack)
        if stops and not attack.blocked:
            outcome.stopped.append(attack)
    return Outcome(found, blocked, outcome.freed, outcome.stopped, outcome.unseen)


def _excluded(attack: Attack, finding: dict[str, Any], change: Change) -> bool:
    if not change.excludes or (change.service and attack.span["service"] != change.service):
        return False
    return (
        change.rule in ("", finding["rule"])
        and change.endpoint in ("", attack.endpoint)
        and (not change.parameter or any(_is_under(match["address"], change.parameter) for match in finding["matches"]))
    )


def _is_under(address: str, parameter: str) -> bool:
    return f"{address} / ".startswith(f"{parameter} / ")


def _stops(attack: Attack, findings: list[dict[str, Any]], change: Change) -> bool:
    concerned = not change.service or attack.span["service"] == change.service
    if concerned and change.mode == "monitor":
        return False
    if concerned and change.mode == "block":
        return any(finding["stops"] for finding in findings)
    return attack.blocked and any(finding["blocked"] for finding in findings)
