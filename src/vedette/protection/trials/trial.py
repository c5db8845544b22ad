"""Rules tried on cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vedette._native import Inspection
from vedette.protection.trials import disguises
from vedette.protection.trials.places import ATTACKED, ORDINARY, PLACES
from vedette.protection.trials.requests import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vedette._native import Rules
    from vedette.protection.trials.cases import Case

_NOT_IN_HEADERS = set("\r\n\0")
"""What servers let into no header."""

_SECONDS, _DEPTH, _ELEMENTS = 10.0, 20, 10_000


class Attempt(NamedTuple):
    """One request that is made of a case."""

    case: Case
    place: str
    """Where the text was, or `request` for a case that says a whole request."""
    disguise: str
    """How the text was hidden; empty if it was not."""
    request: dict[str, Any]


class Result(NamedTuple):
    """What the rules said to one request."""

    attempt: Attempt
    rules: list[str]
    """Ids of the rules that found something."""

    @property
    def is_right(self) -> bool:
        """An attack was found, by the rule that should, or an ordinary request was let pass."""
        case = self.attempt.case
        if not case.is_attack:
            return not self.rules
        return case.rule in self.rules if case.rule is not None else bool(self.rules)


def attempts(case: Case, disguised: bool = False, everywhere: bool = True) -> Iterator[Attempt]:
    """The requests made of a case: a text in each place, and hidden if asked for."""
    if isinstance(case.content, dict):
        yield Attempt(case, "request", "", case.content)
        return
    places = (ATTACKED if case.is_attack else ORDINARY) if everywhere else ("query",)
    for place in case.places or places:
        if not (place == "header" and _NOT_IN_HEADERS & set(case.content)):
            yield Attempt(case, place, "", PLACES[place](case.content))
    if disguised and case.is_attack:
        for name, form in disguises.of(case.content, case.kind).items():
            for place in ("query", "json"):
                yield Attempt(case, place, name, PLACES[place](form))


def run(rules: Rules, tried: Iterable[Attempt]) -> Iterator[Result]:
    """The result of each attempt."""
    for attempt in tried:
        known, raw = shown(attempt.request)
        findings, _ = Inspection(rules, _SECONDS, _DEPTH, _ELEMENTS).evaluate(known, raw)
        yield Result(attempt, [finding["rule_id"] for finding in findings])
