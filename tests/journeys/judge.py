"""Whether a run under vedette was as good as the bare one, in words: an empty list is a pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tests.journeys.apps.fetch import idents
from tests.journeys.case import Case
from tests.journeys.play import Outcome
from tests.services.received import NO_PARENT, Span
from tests.services.recorder import low_half

IDENT = re.compile(r"\bid-\d+\b")
START_SECONDS = 0.5


def broken(case: Case, outcome: Outcome) -> list[str]:
    """What is wrong with a run by itself: a bare run that is broken proves nothing."""
    wrong = ["it hung"] if outcome.hung else []
    if case.traffic == "http":
        wrong += [f"{name}: {answer}" for name, answer in outcome.answers.items() if not answer.startswith("200 ")]
    missing = set(idents(0, case.count)) - set(outcome.asked)
    if missing:
        wrong.append(f"no work was done for {_some(missing)}")
    if outcome.survivors and not case.survivors:
        wrong.append(f"processes outlived it: {outcome.survivors}")
    return wrong


def differences(case: Case, bare: Outcome, traced: Outcome) -> list[str]:
    """What vedette changed that can be seen from outside."""
    wrong = broken(case, traced)
    if traced.exit_code != bare.exit_code:
        wrong.append(f"exit code {traced.exit_code}, bare {bare.exit_code}")
    if traced.answers != bare.answers:
        wrong.append("the answers differ")
    if traced.stdout != bare.stdout and case.traffic in ("none", "output"):
        wrong.append(f"standard output: {traced.stdout!r}, bare {bare.stdout!r}")
    return wrong


def lateness(case: Case, bare: Outcome, traced: Outcome) -> list[str]:
    """By how much it missed its time to exit."""
    late = traced.exit_seconds - bare.exit_seconds
    # What ends by itself is timed from its start, and has the launcher's start and vedette's own in it.
    if late <= case.late + (0 if case.stop else START_SECONDS):
        return []
    return [f"took {late:.2f} s longer to end ({bare.exit_seconds:.2f} s bare, {case.late} s are allowed)"]


def lost_or_mixed(case: Case, spans: Iterable[Span], traced: Outcome) -> list[str]:
    """What is wrong with the spans: each ident has one trace of its own, with exactly the kinds of spans it must."""
    traces = _by_trace(spans)
    wrong = [f"one trace holds {_some(held)}" for held in map(_idents_of, traces.values()) if len(held) > 1]
    found: dict[str, list[str]] = {}
    for trace, members in traces.items():
        for name in _idents_of(members):
            found.setdefault(name, []).append(trace)
    lost = [name for name in traced.asked if name not in found]
    if len(lost) > case.cut_off:
        wrong.append(f"{len(lost)} of {len(traced.asked)} left no span: {_some(lost)}")
    for name, where in found.items():
        wrong += _wrong_with_one(case, name, [traces[trace] for trace in where], traced.asked.get(name, ""))
    return wrong


def _wrong_with_one(case: Case, name: str, traces: list[list[Span]], traceparent: str) -> list[str]:
    if len(traces) > 1:
        return [f"{name} is in {len(traces)} traces"]
    kinds = Counter(str(span["meta"].get("span.kind")) for span in traces[0])
    wrong = [] if kinds == Counter(case.spans) else [f"{name} left {dict(kinds)}"]
    if low_half(traces[0][0]) != traceparent[19:35]:
        wrong.append(f"{name} was sent on as {traceparent!r}, which is another trace")
    return wrong + _loose_ends(name, traces[0])


def _loose_ends(name: str, members: list[Span]) -> list[str]:
    """Exactly one span has no parent, and every other one's parent is there."""
    known = {span["span_id"] for span in members}
    roots = [span for span in members if span["parent_id"] == NO_PARENT]
    orphans = [span["name"] for span in members if span["parent_id"] not in known | {NO_PARENT}]
    return ([] if len(roots) == 1 else [f"{name} has {len(roots)} roots"]) + [
        f"{name}: {it} has no parent" for it in orphans
    ]


def _by_trace(spans: Iterable[Span]) -> dict[str, list[Span]]:
    grouped: dict[str, list[Span]] = {}
    for span in spans:
        grouped.setdefault(low_half(span), []).append(span)
    return grouped


def _idents_of(members: list[Span]) -> set[str]:
    texts = (str(text) for span in members for text in (span["resource"], *span["meta"].values()))
    return {match for text in texts for match in IDENT.findall(text)}


def _some(names: Iterable[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:5]) + (" ..." if len(listed) > 5 else "")
