"""What a test's work may cost: spans, queries, repetitions of one statement (N+1), and time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vedette.testing.spans import Recorded, Spans


class OverBudget(AssertionError):
    """The work cost more than allowed."""


def check(
    spans: Spans,
    *,
    limit_spans: int | None = None,
    queries: int | None = None,
    repeated: int | None = None,
    seconds: float | None = None,
) -> None:
    """Raises OverBudget, with what is over it and the spans there were."""
    over = list(_over(spans, limit_spans, queries, repeated, seconds))
    if over:
        raise OverBudget("\n".join([*over, "", spans.tree()]))


def _over(
    spans: Spans, limit_spans: int | None, queries: int | None, repeated: int | None, seconds: float | None
) -> Iterator[str]:
    if limit_spans is not None and len(spans) > limit_spans:
        yield f"{len(spans)} spans, allowed are {limit_spans}"
    if queries is not None and len(spans.queries) > queries:
        yield f"{len(spans.queries)} queries, allowed are {queries}"
    if repeated is not None:
        yield from _repetitions(spans.queries, repeated)
    if seconds is not None:
        slow = [span for span in spans if span.parent_id == 0 and span.seconds > seconds]
        yield from (f"{span.resource or span.name} took {span.seconds:.3f} s, allowed are {seconds} s" for span in slow)


def _repetitions(queries: list[Recorded], allowed: int) -> Iterator[str]:
    counted = Counter((span.parent_id, span.statement) for span in queries)
    for (_, statement), count in counted.most_common():
        if count > allowed:
            yield f"{count} times, allowed are {allowed}: {statement}"
