"""What waits to be stored: turns, bounds, and who is refused in a flood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.agent.made import row
from vedette.agent.options import Limits
from vedette.agent.store.queue import FairQueue, Outcome, Parcel
from vedette.agent.store.tables import LOGS, SPANS

LIMITS = Limits(queued_spans=100, queued_bytes=1000)


def parcel(source: str, rows: int = 1, size: int = 1, table=SPANS) -> Parcel:
    return Parcel([()] * rows, size, table, source)


def test_senders_take_turns():
    queue = FairQueue(LIMITS)
    for _ in range(5):
        assert not queue.offer(parcel("loud"))
    queue.offer(parcel("quiet"))
    assert [each.source for each in queue.take(3)] == ["loud", "quiet", "loud"]


def test_who_comes_new_into_a_flood_is_next_and_waits_for_no_large_parcel():
    queue = FairQueue(LIMITS)
    for _ in range(3):
        queue.offer(parcel("loud", 30))
    assert [each.source for each in queue.take(20)] == ["loud"]
    for source in ("quiet", "other"):
        queue.offer(parcel(source))
    assert [each.source for each in queue.take(20)] == ["quiet", "other"]
    queue.offer(parcel("quiet"))  # each has had its turn: who had it longest ago comes first
    assert [each.source for each in queue.take(20)] == ["loud"]
    assert [each.source for each in queue.take(20)] == ["quiet"]


def test_a_flood_pushes_out_itself():
    queue = FairQueue(LIMITS)
    loud = [parcel("loud", 10) for _ in range(10)]
    assert not any(queue.offer(each) for each in loud)
    assert queue.offer(extra := parcel("loud", 10)) == [extra]
    assert queue.offer(parcel("quiet", 10)) == [loud[-1]]
    assert queue.rows == 100


def test_the_smaller_gives_way_to_nobody():
    queue = FairQueue(LIMITS)
    queue.offer(parcel("a", 60))
    queue.offer(parcel("b", 40))
    assert queue.offer(big := parcel("b", 30)) == [big]


def test_a_single_payload_of_any_size_is_taken_when_nothing_waits():
    queue = FairQueue(LIMITS)
    assert not queue.offer(parcel("a", 5_000, 50_000))


def test_a_batch_is_of_one_table():
    queue = FairQueue(LIMITS)
    queue.offer(parcel("a", table=SPANS))
    queue.offer(parcel("a", table=LOGS))
    queue.offer(parcel("b", table=SPANS))
    assert [(each.source, each.table) for each in queue.take(10)] == [("a", SPANS), ("b", SPANS)]
    assert [(each.source, each.table) for each in queue.take(10)] == [("a", LOGS)]
    assert not queue


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 60), st.integers(1, 600), st.booleans()), max_size=60))
def test_nothing_is_lost_doubled_or_beyond_the_bounds(steps):
    queue, offered, refused, taken = FairQueue(LIMITS), [], [], []
    for source, rows, size, takes in steps:
        offered.append(parcel(source, rows, size))
        refused += queue.offer(offered[-1])
        alone = queue.rows == rows
        assert alone or (queue.rows <= LIMITS.queued_spans and queue.size <= LIMITS.queued_bytes)
        if takes:
            taken += queue.take(20)
    while queue:
        taken += queue.take(20)
    assert sorted(map(id, offered)) == sorted(map(id, refused + taken))
    assert (queue.rows, queue.size) == (0, 0)


def test_who_is_pushed_out_is_told(small_agent):
    told: list[Outcome] = []
    writer = small_agent.writer
    with writer._changed:  # the writer waits meanwhile
        for _ in range(10):
            writer._queue.offer(Parcel([row()] * 10, 10, SPANS, "loud", told.append))
        refused = writer._queue.offer(parcel("quiet", 10))
    assert [each.source for each in refused] == ["loud"]
