"""Spans by hand: what is set is what is kept, whatever the application hands over."""

from __future__ import annotations

import copy
import math
import pickle
import time
from typing import Any

import pytest

import vedette
from vedette import tracer


def test_a_block(finished: Any) -> None:
    with tracer.span("work", resource="thing", service="shop", type="web", kind="server") as span:
        assert vedette.current_span() is span
        assert span.recording
    assert vedette.current_span() is None
    made = finished()[0]
    told = {key: made[key] for key in ("name", "resource", "service", "type", "kind", "error")}
    assert told == {
        "name": "work", "resource": "thing", "service": "shop", "type": "web", "kind": "server", "error": False,
    }  # fmt: skip
    assert made["duration"] > 0


def test_blocks_in_blocks(finished: Any) -> None:
    with tracer.span("one") as one:
        with tracer.span("two") as two:
            assert (two.parent, two.trace_id, two.parent_id) == (one, one.trace_id, one.span_id)
            assert vedette.current_root_span() is one
        with tracer.span("three") as three:
            assert three.parent is one
    spans = {span["name"]: span for span in finished()}
    assert [spans[name]["parent_id"] for name in ("one", "two", "three")] == [0, one.span_id, one.span_id]
    assert len({span["trace_id"] for span in spans.values()}) == 1


def test_a_span_is_not_active_until_it_is_entered(finished: Any) -> None:
    span = tracer.span("work")
    assert vedette.current_span() is None
    span.finish()
    assert len(finished()) == 1


def test_exceptions_leave_and_are_recorded(finished: Any) -> None:
    error = LookupError("mine")
    with pytest.raises(LookupError) as raised, tracer.span("work"):
        raise error
    assert raised.value is error
    made = finished()[0]
    assert made["error"] is True
    kind, message, stack = made["failure"]
    assert (kind, message) == ("LookupError", "mine")
    assert "in test_exceptions_leave_and_are_recorded" in stack


def test_errors_by_hand(finished: Any) -> None:
    span = tracer.span("work")
    span.set_error(ValueError("bad"))
    assert span.error
    span.finish()
    assert finished()[0]["failure"][:2] == ("ValueError", "bad")


@pytest.mark.parametrize("what", [None, 7, "a message", object(), KeyboardInterrupt(), ValueError])
def test_errors_that_are_no_exceptions(finished: Any, what: Any) -> None:
    span = tracer.span("work")
    span.set_error(what)
    span.finish()
    assert finished()[0]["error"] is True


def test_finishing_twice_counts_once(finished: Any) -> None:
    span = tracer.span("work")
    span.finish()
    span.finish()
    span.set_attribute("late", 1)
    span.name = "late"
    with span:
        assert vedette.current_span() is None
    (made,) = finished()
    assert (made["name"], made["attributes"]) == ("work", {})


def test_times_of_ones_own(finished: Any) -> None:
    span = tracer.span("work", start=1_000_000_000)
    span.finish(end=3_000_000_000)
    assert (finished()[0]["start"], span.recording) == (1_000_000_000, False)


def test_an_end_before_the_start_is_no_time_at_all(finished: Any) -> None:
    tracer.span("work", start=5).finish(end=3)
    assert finished()[0]["duration"] == 0


def test_fields_can_change(finished: Any) -> None:
    with tracer.span("work") as span:
        span.name, span.resource, span.service, span.type = "other", "thing", "shop", "sql"
        assert (span.name, span.resource, span.service, span.type) == ("other", "thing", "shop", "sql")
        span.service = None
        assert span.service is None
    assert finished()[0]["name"] == "other"


VALUES = [
    ("text", "text"),
    ("", ""),
    (True, True),
    (-7, -7),
    (2**63 - 1, 2**63 - 1),
    (2**70, float(2**70)),
    (-(2**70), -float(2**70)),
    (1.5, 1.5),
    (float("inf"), float("inf")),
    (["a", "b"], ["a", "b"]),
    ((1, 2), [1, 2]),
    ([1, "a", None], ["1", "a", "None"]),
    ([1.5, 2], ["1.5", "2"]),
    ([], []),
    (b"bytes", "bytes"),
    ("lone \ud800 surrogate", "lone \ufffd\ufffd\ufffd surrogate"),
    ({"a": 1}, "{'a': 1}"),
    ("nul \0 inside", "nul \0 inside"),
]


@pytest.mark.parametrize(("given", "kept"), VALUES, ids=[ascii(given) for given, _ in VALUES])
def test_values(finished: Any, given: Any, kept: Any) -> None:
    with tracer.span("work") as span:
        span.set_attribute("key", given)
    value = finished()[0]["attributes"]["key"]
    assert value == kept or ("\ufffd" in str(value) and "\ufffd" in str(kept))
    assert type(value) is type(kept)


def test_a_number_that_is_none(finished: Any) -> None:
    with tracer.span("work") as span:
        span.set_attribute("key", math.nan)
    assert math.isnan(finished()[0]["attributes"]["key"])


class Raises:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Text(str):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Whole(int):
    def __int__(self) -> int:
        raise RuntimeError("no number")

    __index__ = __float__ = __int__  # type: ignore[assignment]


class Endless:
    def __str__(self) -> str:
        return "x" * 10_000_000


recursive: list[Any] = []
recursive.append(recursive)


@pytest.mark.parametrize(
    "hostile",
    [Raises(), Text("fine"), Whole(7), Endless(), recursive, [Raises()], {"a": Raises()}, "x" * 10_000_000, 10**5000,
     b"\xff" * 10_000_000, list(range(1_000_000)), {n: n for n in range(100_000)}, object(), type, tracer, 1j,
     {1, 2}, memoryview(b"x"), range(3), iter([]), lambda: 0],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_hostile_values_never_raise_and_are_bounded(finished: Any, hostile: Any) -> None:
    with tracer.span("work") as span:
        span.set_attribute("key", hostile)
        span.set_attributes({"other": hostile, "fine": 1})
        span.add_event("event", {"key": hostile})
        span.set_error(hostile)
        span.resource = hostile
        span.name = hostile
    (made,) = finished()
    assert made["attributes"]["fine"] == 1
    assert len(str(made)) < 1_000_000


@pytest.mark.parametrize("name", ["", "x" * 100_000, 7, None, Raises(), "\ud800", b"bytes"])
def test_hostile_names(finished: Any, name: Any) -> None:
    with tracer.span(name) as span:
        span.set_attribute(name, "value")
        span.set_attributes({name: "value"})
        span.add_event(name)
        span.set_attribute("fine", 1)
    (made,) = finished()
    assert made["attributes"]["fine"] == 1
    assert len(made["name"]) < 100_000


def test_the_number_of_attributes_is_bounded(finished: Any) -> None:
    with tracer.span("work") as span:
        for number in range(10_000):
            span.set_attribute(f"key {number}", number)
    assert 100 <= len(finished()[0]["attributes"]) <= 1_000


def test_the_last_value_of_an_attribute_counts(finished: Any) -> None:
    with tracer.span("work") as span:
        span.set_attribute("key", 1)
        span.set_attribute("key", "two")
        span.set_attribute("key", None)
        assert span.attributes == {"key": "two"}
    assert finished()[0]["attributes"] == {"key": "two"}


def test_events(finished: Any) -> None:
    with tracer.span("work") as span:
        span.add_event("cache miss", {"key": "user:7"}, time=time.time_ns())
        span.add_event("bare")
        for number in range(10_000):
            span.add_event(f"event {number}")
    events = finished()[0]["events"]
    assert events[:2] == [("cache miss", {"key": "user:7"}), ("bare", {})]
    assert len(events) <= 1_000


def test_links(finished: Any) -> None:
    with tracer.span("one") as one:
        pass
    context = vedette.extract({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    with tracer.span("two") as two:
        two.add_link(one, {"why": "batch"})
        two.add_link(context)
        for nonsense in (None, 7, "text", vedette.extract({})):
            two.add_link(nonsense)
        for _ in range(10_000):
            two.add_link(one)
    links = finished()[-1]["links"]
    assert links[:2] == [
        (one.trace_id, one.span_id),
        (0x4BF92F3577B34DA6A3CE929D0E0E4736, 0x00F067AA0BA902B7),
    ]
    assert len(links) <= 1_000


def test_copies_and_pickles() -> None:
    with tracer.span("work") as span:
        assert copy.copy(span) is span
        assert copy.deepcopy({"span": span})["span"] is span
        assert pickle.loads(pickle.dumps(span)) is None
        assert "work" in repr(span)
    assert "finished" in repr(span)


def test_a_span_that_is_forgotten_does_not_hold_its_trace(finished: Any) -> None:
    with tracer.span("work"):
        tracer.span("forgotten")
    assert [span["name"] for span in finished()] == ["work"]


def test_keeping_and_dropping(finished: Any) -> None:
    with tracer.span("work") as span:
        span.keep()
        assert span.sampling_priority == 2
        span.discard()
        assert span.sampling_priority == -1
        span.set_attribute("manual.keep", True)
        assert span.sampling_priority == 2


@pytest.mark.parametrize("kind", ["nonsense", "SERVER", "", "\ud800"])
def test_a_kind_that_is_none(finished: Any, kind: str) -> None:
    with tracer.span("work", kind=kind):
        pass
    assert len(finished()) == 1
