"""Medians, what is added to bare Python, ratios and judgements."""

from __future__ import annotations

import pytest
from benchmarks.promise import Benchmark, Promise
from benchmarks.table import rows, text

ADDED = Promise("seconds", "a request", "µs", 1 / 8, 1 / 20, 1e6, added=True)
PLAIN = Promise("bytes", "a span", "bytes", 1 / 2, 1 / 3, 1)


def benchmark(*promises: Promise) -> Benchmark:
    return Benchmark("made up", promises, lambda contender: {})


def samples(metric: str, **of: list[float]) -> dict[str, list[dict[str, float]]]:
    return {who: [{metric: value} for value in values] for who, values in of.items()}


def test_bare_python_is_taken_off() -> None:
    (row,) = rows(benchmark(ADDED), samples("seconds", bare=[1e-4], vedette=[1.4e-4], ddtrace=[9e-4]))
    assert row.bare == pytest.approx(100)
    assert row.figures == {"vedette": pytest.approx(40), "ddtrace": pytest.approx(800)}
    assert row.ratio() == pytest.approx(1 / 20)


def test_the_median_of_the_rounds_counts() -> None:
    (row,) = rows(benchmark(PLAIN), samples("bytes", vedette=[1, 100, 3], ddtrace=[10, 9, 11]))
    assert row.figures == {"vedette": 3, "ddtrace": 10}


@pytest.mark.parametrize(("ours", "judgement"), [(30, "aim"), (45, "by"), (60, "MISSED")])
def test_judgements(ours: float, judgement: str) -> None:
    (row,) = rows(benchmark(PLAIN), samples("bytes", vedette=[ours], ddtrace=[100]))
    assert row.judgement == judgement


@pytest.mark.parametrize(("ours", "judgement"), [(4, "aim"), (6, "MISSED")])
def test_a_bound_counts_whatever_the_peer_needs(ours: float, judgement: str) -> None:
    bounded = Promise("seconds", "an import", "ms", 1 / 4, 1 / 10, 1, most=5)
    (row,) = rows(benchmark(bounded), samples("seconds", vedette=[ours], ddtrace=[100]))
    assert row.judgement == judgement
    (row,) = rows(benchmark(bounded), samples("seconds", vedette=[ours]))
    assert row.judgement == ("" if judgement == "aim" else "MISSED")


def test_a_bound_of_ours_alone() -> None:
    bounded = benchmark(Promise("seconds", "rules read", "ms", None, None, 1, most=30))
    of_one = {"vedette": [{"seconds": 12.0}], "ddtrace": [{}]}
    (row,) = rows(bounded, of_one)
    assert (row.judgement, text([row]).splitlines()[1].split()[-5:]) == ("aim", ["<=", "30", "-", "aim", "-"])
    (row,) = rows(bounded, {"vedette": [{"seconds": 31.0}]})
    assert row.judgement == "MISSED"


def test_a_contender_that_was_not_measured_is_a_dash() -> None:
    (row,) = rows(benchmark(PLAIN), samples("bytes", ddtrace=[100]))
    assert row.ratio() is None
    assert row.judgement == ""
    assert text([row]).splitlines()[1].split("  ")[0] == "a span"


def test_the_table_shows_ratios_as_fractions() -> None:
    shown = text(rows(benchmark(PLAIN), samples("bytes", vedette=[25], ddtrace=[100], opentelemetry=[50])))
    assert shown.splitlines()[1].split()[-5:] == ["1/4", "1/2", "1/3", "aim", "1/2"]
