"""The judge of the grid finds what is wrong: each test breaks one thing in a good run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.journeys import judge
from tests.journeys.case import Case
from tests.journeys.cases import CASES
from tests.journeys.play import Outcome

CASE = Case("two requests", "", "http", 2, stop="TERM")
GOOD = Outcome(answers={"id-0": "200 a", "id-1": "200 b"}, exit_code=0, exit_seconds=1.0)


def span(trace: int, number: int, kind: str, ident: str, parent: int = 0) -> dict[str, Any]:
    ids = {"trace_id": f"{trace:032x}", "span_id": f"{number:016x}", "parent_id": f"{parent:016x}"}
    return {**ids, "name": kind, "resource": "GET", "meta": {"span.kind": kind, "http.url": f"http://h/{ident}"}}


def spans() -> list[dict[str, Any]]:
    return [
        span(1, 11, "server", "id-0"),
        span(1, 12, "client", "id-0", 11),
        span(2, 21, "server", "id-1"),
        span(2, 22, "client", "id-1", 21),
    ]


def asked() -> dict[str, str]:
    return {f"id-{number}": f"00-{number + 1:032x}-{12:016x}-01" for number in range(2)}


def run(**changes: Any) -> Outcome:
    return replace(GOOD, asked=asked(), **changes)


def test_a_good_run_passes() -> None:
    assert judge.differences(CASE, run(), run()) == []
    assert judge.lateness(CASE, run(), run(exit_seconds=1.9)) == []
    assert judge.lost_or_mixed(CASE, spans(), run()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exit_code": 1}, "exit code"),
        ({"answers": {"id-0": "200 a", "id-1": "200 c"}}, "answers differ"),
        ({"answers": {"id-0": "200 a", "id-1": "500 b"}}, "id-1: 500"),
        ({"hung": True}, "hung"),
        ({"survivors": [7]}, "outlived"),
    ],
)
def test_a_changed_run_is_told(changes: dict[str, Any], words: str) -> None:
    assert any(words in found for found in judge.differences(CASE, run(), run(**changes)))


def test_changed_output_of_a_script_is_told() -> None:
    script = Case("script", "", "none", 2)
    assert any("output" in found for found in judge.differences(script, run(stdout="a"), run(stdout="b")))


def test_work_that_was_not_done_is_told() -> None:
    assert "no work" in judge.broken(CASE, replace(run(), asked={"id-0": ""}))[0]


def test_a_late_exit_is_told() -> None:
    assert "1.10 s longer" in judge.lateness(CASE, run(), run(exit_seconds=2.1))[0]


def test_a_lost_request_is_told() -> None:
    assert any("left no span: id-1" in found for found in judge.lost_or_mixed(CASE, spans()[:2], run()))


def test_a_lost_child_is_told() -> None:
    assert judge.lost_or_mixed(CASE, spans()[:3], run()) == ["id-1 left {'server': 1}"]


def test_a_lost_root_is_told() -> None:
    found = judge.lost_or_mixed(CASE, [*spans()[:2], spans()[3]], run())
    assert any("has no parent" in words for words in found)


def test_mixed_traces_are_told() -> None:
    mixed = [*spans()[:3], span(1, 22, "client", "id-1", 11)]
    assert any("one trace holds id-0, id-1" in found for found in judge.lost_or_mixed(CASE, mixed, run()))


def test_spans_sent_twice_are_told() -> None:
    assert any("left" in found for found in judge.lost_or_mixed(CASE, [*spans(), spans()[1]], run()))


def test_a_context_that_was_sent_on_wrongly_is_told() -> None:
    wrong = replace(run(), asked={**asked(), "id-1": asked()["id-0"]})
    assert any("another trace" in found for found in judge.lost_or_mixed(CASE, spans(), wrong))


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) > 70
