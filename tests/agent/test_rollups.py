"""Figures of quarters of an hour say the same as the spans, whatever came, came late, or was removed since."""

from __future__ import annotations

import math
import random
import time

import pytest

from tests.agent.made import row
from vedette.agent.counters import Counters
from vedette.agent.options import Limits, Retention
from vedette.agent.query.attacks import attacks
from vedette.agent.query.errors import errors
from vedette.agent.query.groups import CALLS, ENDPOINTS, STATEMENTS, WORK, group, groups
from vedette.agent.query.period import between, last
from vedette.agent.query.rolled import rolled
from vedette.agent.query.scope import Scope
from vedette.agent.query.services import services
from vedette.agent.store import Database, Writer
from vedette.agent.store.retention import sweep
from vedette.agent.store.roller import Roller
from vedette.agent.store.rollups import GROWTH, SLOT, begin_anew, progress

NOW = time.time_ns()
HOUR = 3_600 * 1_000_000_000
DAY = between(NOW - 24 * HOUR, NOW + 60_000_000_000)
PERIODS = {
    "a day": DAY,
    "three days": last("3d"),
    "with broken quarters": between(NOW - 9 * HOUR - 7_777_777, NOW - 4 * HOUR - 3_333_333),
    "of whole quarters": between((NOW // SLOT - 30) * SLOT, (NOW // SLOT - 3) * SLOT),
    "that is over": between(NOW - 90 * HOUR, NOW - 80 * HOUR),
}
SHAPES = (
    {"kind": "server", "type": "web"},
    {"kind": "client", "type": "sql", "service": "postgres"},
    {"kind": "client", "type": "http", "attributes": {"server.address": "pay.example", "server.port": 443}},
    {"kind": "client", "type": "http", "attributes": {"peer.service": "pay", "http.request.method": "GET"}},
    {"kind": "consumer", "type": "worker", "name": "celery.run"},
    {"kind": "internal", "type": "template"},
    {"kind": "", "type": "web", "parent_id": 7},
)


def spans(seed: int, count: int) -> list:
    """Spans of any kind, some failed, some attacked, some of other days."""
    some, made = random.Random(seed), []
    for _ in range(count):
        failed, owner = some.random() < 0.1, some.choice(["shop", "billing", 'q"uoted'])
        given = {
            "service": owner,
            "process": {"service.name": owner},
            "env": some.choice(["", "production"]),
            "version": some.choice(["1", "2"]),
            "resource": f"GET /{some.randrange(9)}",
            "start": NOW - int(some.random() ** 3 * 80 * HOUR),
            "duration": int(math.exp(some.random() * 25)) - 1,
            "error": failed,
            "failure": {"type": some.choice("AB"), "message": f"no {some.randrange(9)}"} if failed else "",
            "attack": some.random() < 0.05,
        }
        made.append(row(**{**given, **some.choice(SHAPES)}))
    return made


class Store:
    """A database with its writer."""

    def __init__(self) -> None:
        self.database = Database()
        self.writer = Writer(self.database, Counters(), Limits(), Retention())
        self.writer.start()
        self.cursor = self.database.cursor()

    def add(self, rows: list) -> None:
        assert self.writer.offer(rows, 1)
        assert self.writer.flush(20)

    def count(self) -> None:
        """All that is stored so far."""
        while self.database.rollups.catch_up(self.cursor, self.writer.seq):
            pass

    def keep(self, spans: int) -> None:
        sweep(self.cursor, Retention(spans=spans), in_memory=True, rollups=self.database.rollups)


@pytest.fixture
def store():
    made = Store()
    yield made
    made.writer.stop()
    made.database.close()


def answers(cursor, scope: Scope) -> dict:
    """All that may be read from rollups, but for durations."""
    found: dict = {"errors": errors(cursor, scope, "traces")}
    for kind in (ENDPOINTS, STATEMENTS, CALLS, WORK):
        found[kind.name] = groups(cursor, kind, scope, "total") + groups(cursor, kind, scope, "calls", text="/1")
        for one in found[kind.name][:2]:
            same = group(cursor, kind, scope, {name: one[name] for name in kind.keys})
            assert same is not None
            assert (same["calls"], same["total"]) == (one["calls"], one["total"])
    found["services"] = services(cursor, scope)
    found["attacks"] = attacks(cursor, scope)
    return found


def told(answer: dict, *loose: str) -> dict:
    """The answer without what is only about right (durations, the small charts) or in no order."""
    loose = {"buckets", "quantiles", "type", "all_traces", "groups", "total", "everything", "longest", *loose}
    return {
        name: sorted(repr({key: value for key, value in row.items() if key not in loose}) for row in rows)
        for name, rows in answer.items()
    }


def about_equal(counted: dict, read: dict) -> None:
    """Sums to the last digits that such a number has; durations within what a bucket may be off."""
    for kind in (ENDPOINTS, STATEMENTS, CALLS, WORK):
        keys = list(kind.keys)
        known = {tuple(row[key] for key in keys): row for row in read[kind.name]}
        for one in counted[kind.name]:
            same = known[tuple(one[key] for key in keys)]
            assert one["total"] == pytest.approx(same["total"])
            assert one["longest"] == same["longest"]
            assert sum(one["buckets"].values()) == sum(same["buckets"].values()) == one["calls"]


@pytest.mark.parametrize(
    ("period", "limits"),
    [*((period, {}) for period in PERIODS), ("a day", {"service": "shop"}), ("three days", {"env": "production"})],
    ids=str,
)
def test_they_say_the_same_as_the_spans(store, period, limits):
    scope = Scope(PERIODS[period], **limits)
    store.add(spans(1, 400))
    read = answers(store.cursor, scope)
    with rolled(store.cursor, scope.period) as part:
        assert part is None
    store.count()
    with rolled(store.cursor, scope.period) as part:
        assert part is not None
    counted = answers(store.cursor, scope)
    assert told(counted) == told(read)
    about_equal(counted, read)
    store.add(spans(2, 200))  # which are not counted yet
    mixed = answers(store.cursor, scope)
    store.count()
    store.database.rollups.merge(store.cursor, 0)
    counted = answers(store.cursor, scope)
    assert told(mixed) == told(counted)
    about_equal(mixed, counted)
    assert period == "that is over" or counted["endpoints"]


def test_quantiles_are_right_within_a_bucket(store):
    durations = [int(math.exp(random.Random(n).random() * 20)) + 1 for n in range(999)]
    store.add([row(duration=each, start=NOW - n * HOUR // 60) for n, each in enumerate(durations)])
    exact = groups(store.cursor, ENDPOINTS, Scope(DAY))[0]["quantiles"]
    store.count()
    found = groups(store.cursor, ENDPOINTS, Scope(DAY))[0]["quantiles"]
    assert found == pytest.approx(exact, rel=GROWTH - 1 + 0.03)  # neighbours are up to 3 % apart
    assert found != exact


def test_what_was_removed_is_taken_away(store):
    everything = spans(3, 900)
    store.add(everything[:500])
    store.count()
    store.add(everything[500:])
    store.keep(600)  # of those that were counted, some go
    expected = Store()
    try:
        expected.add(everything[300:])
        for period in PERIODS.values():
            # The latest of a quarter may be that of a span that is gone from it.
            kept, wanted = answers(store.cursor, Scope(period)), answers(expected.cursor, Scope(period))
            assert told(kept, "last") == told(wanted, "last")
        store.count()
        store.keep(250)  # beyond what one quarter holds, and all that was counted at first
        store.database.rollups.merge(store.cursor, 0)
        again = store.cursor.execute("SELECT sum(calls), count(*) FILTER (calls <= 0) FROM rollups").fetchone()
        assert again == (250, 0)
        assert store.cursor.execute("SELECT sum(calls) FROM latencies").fetchone() == (250,)
        store.keep(0)
        store.database.rollups.merge(store.cursor, 0)
        for table in ("rollups", "latencies", "works", "failures", "attacks"):
            assert store.cursor.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert answers(store.cursor, Scope(DAY))["services"] == []
    finally:
        expected.writer.stop()
        expected.database.close()


def test_numbers_that_begin_anew_are_counted_anew(tmp_path):
    database = Database(tmp_path)
    cursor = database.cursor()
    cursor.execute("UPDATE rollups_progress SET seq = 500")
    cursor.close()
    database.close()
    database = Database(tmp_path)
    with database.cursor() as cursor:
        assert progress(cursor) == 0
        begin_anew(cursor)
    database.close()


def test_the_thread_counts_what_is_stored_and_ends_at_once(store):
    store.add(spans(4, 200))
    roller = Roller(store.database, store.writer)
    roller.start()
    try:
        deadline = time.monotonic() + 20
        while progress(store.cursor) < 200:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        roller.stop(20)
    assert not roller.is_at_work
    assert store.cursor.execute("SELECT sum(calls) FROM rollups").fetchone() == (200,)
