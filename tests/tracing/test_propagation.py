"""Trace context through `vedette.extract` and `vedette.inject`: the shared cases, and round trips in every style."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import vedette
from vedette import tracer

CASES = Path(__file__).resolve().parents[1] / "cases"

STYLES = ["datadog", "tracecontext", "b3", "b3multi"]

OPTIONS = {
    "extract": "propagation_style_extract",
    "inject": "propagation_style_inject",
    "extract_first": "propagation_extract_first",
    "behavior": "propagation_behavior_extract",
    "tags_header_max": "propagation_tags_max_length",
}


def cases(*names: str) -> list[Any]:
    """Cases of these files whose settings can be given from outside."""
    found = [case for name in names for case in json.loads((CASES / f"propagation_{name}.json").read_text())]
    return [pytest.param(case, id=case["name"]) for case in found if set(case.get("config", {})) <= set(OPTIONS)]


EXTRACTED = cases("b3", "baggage", "conflicts", "datadog", "tracecontext")
INJECTED = cases("inject")


def settings(case: Any) -> dict[str, Any]:
    return {OPTIONS[name]: value for name, value in case.get("config", {}).items()}


def test_there_are_cases() -> None:
    assert len(EXTRACTED) >= 150
    assert len(INJECTED) >= 20


@pytest.mark.parametrize("form", ["mapping", "environ", "pairs"])
@pytest.mark.parametrize("case", EXTRACTED)
def test_extracting(configured: Any, case: Any, form: str) -> None:
    configured(**settings(case))
    context = vedette.extract(carrier(case["headers"], form))
    expected = case.get("context") or {}
    assert hexadecimal(context.trace_id, 32) == expected.get("trace_id")
    assert hexadecimal(context.span_id, 16) == expected.get("span_id")
    assert context.sampling_priority == expected.get("priority")
    assert (context.origin or "") == (expected.get("origin") or "")
    assert list(context.baggage.items()) == [tuple(item) for item in case.get("baggage", [])]


def carrier(headers: dict[str, str], form: str) -> Any:
    if form == "environ":
        return {"wsgi.version": (1, 0), **{"HTTP_" + name.upper().replace("-", "_"): v for name, v in headers.items()}}
    if form == "pairs":
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return headers


def hexadecimal(number: int | None, digits: int) -> str | None:
    return None if number is None else f"{number:0{digits}x}"


@pytest.mark.parametrize("case", [case for case in EXTRACTED if case.values[0].get("context")])
def test_continuing(configured: Any, finished: Any, case: Any) -> None:
    configured(**settings(case))
    expected = case["context"]
    with tracer.span("work", parent=vedette.extract(case["headers"])) as span:
        assert hexadecimal(span.trace_id, 32) == expected["trace_id"]
        if expected.get("priority") is not None:
            assert span.sampling_priority == expected["priority"]
    assert hexadecimal(finished()[0]["parent_id"], 16) == expected["span_id"]


@pytest.mark.parametrize("style", STYLES)
def test_round_trips(configured: Any, style: str) -> None:
    configured(propagation_style_extract=[style], propagation_style_inject=[style])
    headers: dict[str, str] = {}
    with tracer.span("work") as span:
        span.keep()
        vedette.inject(headers)
        context = vedette.extract(headers)
        assert (context.trace_id, context.span_id) == (span.trace_id, span.span_id)
        assert context.sampling_priority in (1, 2)
        with tracer.span("far", parent=context) as far:
            assert (far.trace_id, far.parent_id) == (span.trace_id, span.span_id)


def test_what_is_injected_passes_through_several_services(configured: Any) -> None:
    configured()
    headers: dict[str, str] = {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": "other=1,dd=s:2;o:rum;t.dm:-4",
        "baggage": "user=7",
    }
    for _ in range(3):
        onward: dict[str, str] = {}
        with tracer.span("work", parent=vedette.extract(headers)) as span:
            vedette.inject(onward)
            assert onward["traceparent"] == f"00-4bf92f3577b34da6a3ce929d0e0e4736-{span.span_id:016x}-01"
        assert "other=1" in onward["tracestate"]
        assert "o:rum" in onward["tracestate"]
        assert onward["baggage"] == "user=7"
        headers = onward


def test_no_style_at_all(configured: Any) -> None:
    configured(propagation_style_extract=["none"], propagation_style_inject=["none"])
    headers: dict[str, str] = {}
    with tracer.span("work"):
        vedette.inject(headers)
    assert headers == {}
    assert vedette.extract({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}).trace_id is None


@pytest.mark.parametrize("case", INJECTED)
def test_injecting_what_was_extracted(configured: Any, case: Any) -> None:
    """The headers of every case for injection are understood by extraction in the same styles."""
    configured(**settings(case))
    outgoing = case["outgoing"]
    context = vedette.extract(case["headers"])
    if context.trace_id is None:
        return
    assert context.trace_id & (2**64 - 1) == int(outgoing["trace_id"], 16) & (2**64 - 1)
    assert context.span_id == int(outgoing["span_id"], 16)


def test_baggage_by_hand(configured: Any) -> None:
    configured()
    headers: dict[str, str] = {}
    with tracer.span("work") as span:
        span.set_baggage("user", "Jürgen, 7")
        span.set_baggage("gone", "x")
        span.set_baggage("gone", None)
        with tracer.span("inner") as inner:
            assert inner.baggage == {"user": "Jürgen, 7"}
            vedette.inject(headers)
        assert vedette.extract(headers).baggage == {"user": "Jürgen, 7"}
        span.clear_baggage()
        assert span.baggage == {}


def test_injecting_without_a_span() -> None:
    headers = {"mine": "1"}
    vedette.inject(headers)
    assert headers == {"mine": "1"}


def test_injecting_a_span_that_is_not_active(in_memory: None) -> None:
    headers: dict[str, str] = {}
    span = tracer.span("work")
    vedette.inject(headers, span)
    assert vedette.extract(headers).span_id == span.span_id
    span.finish()


class Refusing(dict):  # type: ignore[type-arg]
    def __setitem__(self, name: str, value: str) -> None:
        raise RuntimeError("read only")

    def get(self, name: str, default: Any = None) -> Any:
        raise RuntimeError("unreadable")


@pytest.mark.parametrize(
    "hostile",
    [None, 7, "text", b"bytes", object(), [], [1], [(1, 2)], [("a", "b")], {1: 2}, {"traceparent": 7}, Refusing(),
     {"traceparent": None}, {"traceparent": "\ud800"}, {"traceparent": "x" * 1_000_000}, {"tracestate": "," * 100_000},
     {"baggage": "a=b," * 100_000}, {"x-datadog-tags": "_dd.p.a=b," * 100_000}, {"traceparent": b"\xff"}],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_hostile_carriers_never_raise(in_memory: None, hostile: Any) -> None:
    context = vedette.extract(hostile)
    assert context.trace_id is None
    assert len(str(context.baggage)) < 100_000
    with tracer.span("work", parent=context):
        vedette.inject(hostile)


def test_what_could_not_be_read_is_told(configured: Any, finished: Any) -> None:
    configured(propagation_tags_max_length=100)
    tags = ",".join(f"_dd.p.t{number}=0123456789" for number in range(20))
    headers = {"x-datadog-trace-id": "5", "x-datadog-parent-id": "7", "x-datadog-tags": tags}
    with vedette.tracer.span("work", parent=vedette.extract(headers)):
        pass
    (span,) = finished()
    assert span["attributes"] == {"_dd.propagation_error": "extract_max_size"}


def test_what_could_not_be_sent_on_is_told_by_the_root(configured: Any, finished: Any) -> None:
    configured(propagation_tags_max_length=20)
    with vedette.tracer.span("outer"), vedette.tracer.span("inner") as inner:
        vedette.inject({}, inner)
    outer, within = finished()
    assert outer["attributes"] == {"_dd.propagation_error": "inject_max_size"}
    assert within["attributes"] == {}
