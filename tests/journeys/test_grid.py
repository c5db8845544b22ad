"""Every case of the grid: under vedette the application does what it does without, in the same time, and no span is
lost.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys import judge
from tests.journeys.case import Case
from tests.journeys.cases import CASES
from tests.journeys.echo import Echo
from tests.journeys.play import Outcome, Surroundings, play
from tests.services.recorder import Recorder

ARRIVAL_SECONDS = 4.0


@pytest.mark.timeout(150)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_journey(case: Case, echo: Echo, recorder: Recorder, request: pytest.FixtureRequest) -> None:
    broker = request.getfixturevalue("redis_server").url if case.traffic == "tasks" else ""
    around = Surroundings(echo, recorder.url, broker)
    recorder.play(case.backend)
    bare, traced = both(case, around)
    assert judge.broken(case, bare) == [], bare.stderr[-3000:]
    assert judge.differences(case, bare, traced) == [], traced.stderr[-3000:]
    assert in_time(case, around, bare, traced) == []
    if case.delivered:
        assert spans_judged(case, recorder, traced) == []


def both(case: Case, around: Surroundings) -> tuple[Outcome, Outcome]:
    """The bare and the traced run side by side, so that both meet the same machine."""
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(play, case, traced, around) for traced in (False, True)]
        return runs[0].result(), runs[1].result()


def in_time(case: Case, around: Surroundings, bare: Outcome, traced: Outcome) -> list[str]:
    """Lateness; one that shows is measured a second time, because a busy machine is late too."""
    late = judge.lateness(case, bare, traced)
    return judge.lateness(case, *both(case, around)) if late else []


def spans_judged(case: Case, recorder: Recorder, traced: Outcome) -> list[str]:
    """What is wrong with the spans, once they had time to arrive."""
    seen = recorder.wait_for(lambda seen: not judge.lost_or_mixed(case, seen.spans, traced), ARRIVAL_SECONDS)
    return seen.errors + judge.lost_or_mixed(case, seen.spans, traced)
