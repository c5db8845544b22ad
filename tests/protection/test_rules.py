"""The default rules on the corpora: what they find and let pass, class by class."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.protection.ordinary_traffic import requests
from vedette._native import Inspection, Rules
from vedette.protection.addresses import BODY
from vedette.protection.rule_file import DEFAULT_RULES
from vedette.protection.trials.cases import Case, examples, explanations, read
from vedette.protection.trials.rates import Rates
from vedette.protection.trials.trial import Attempt, Result, attempts, run

CORPUS = Path(__file__).parent.parent / "cases" / "rules"
HELD_OUT = Path(__file__).parent.parent / "cases" / "rules_held_out"


@pytest.fixture(scope="module")
def rules() -> Rules:
    loaded = Rules(Path(DEFAULT_RULES).read_bytes())
    assert loaded.failures == []
    return loaded


def told(results: list[Result]) -> list[tuple[str, object]]:
    return [(", ".join(result.rules) or result.attempt.place, result.attempt.case.content) for result in results]


def test_every_rule_is_explained_and_finds_its_own_examples(rules: Rules) -> None:
    ids = {rule["id"] for rule in json.loads(Path(DEFAULT_RULES).read_text(encoding="utf-8"))["rules"]}
    assert ids == set(explanations())
    tried = [attempt for case in examples() for attempt in attempts(case, everywhere=False)]
    assert {attempt.case.rule for attempt in tried if attempt.case.is_attack} == {i for i in ids if "rasp" not in i}
    assert told([result for result in run(rules, tried) if not result.is_right]) == []


def corpus(kind: str) -> Iterator[Attempt]:
    for case in read(CORPUS / f"{kind}.json"):
        yield from attempts(case)


@pytest.mark.parametrize("kind", sorted(path.stem for path in CORPUS.glob("*.json")))
def test_attacks_of_the_corpus_are_found_in_every_place(rules: Rules, kind: str) -> None:
    tried = list(corpus(kind))
    assert len(tried) >= 10
    missed = told([result for result in run(rules, tried) if not result.is_right])
    assert len(missed) <= len(tried) * 0.02, missed


def test_disguised_attacks_are_found(rules: Rules) -> None:
    cases = [case for path in sorted(CORPUS.glob("*.json")) for case in read(path) if isinstance(case.content, str)]
    tried = (attempt for case in cases[::4] for attempt in attempts(case, disguised=True) if attempt.disguise)
    rates = Rates(run(rules, tried))
    assert rates.total.attacks > 3_000
    assert (rates.total.detection or 0) > 0.95, {name: rate.detection for name, rate in rates.by_disguise.items()}


def test_ordinary_requests_of_the_corpus_are_let_pass(rules: Rules) -> None:
    tried = [attempt for case in read(CORPUS / "ordinary") for attempt in attempts(case)]
    assert len(tried) > 1_400
    assert told([result for result in run(rules, tried) if not result.is_right]) == []


def test_ordinary_requests_by_chance_are_let_pass(rules: Rules) -> None:
    tried = (Attempt(Case("ordinary", False, said), "request", "", said) for said in requests(2_000))
    wrong = [result for result in run(rules, tried) if not result.is_right]
    assert len(wrong) <= 2, told(wrong)


def test_the_rules_are_loaded_in_time() -> None:
    text = Path(DEFAULT_RULES).read_bytes()
    Rules(text)
    started = time.process_time()
    for _ in range(5):
        Rules(text)
    assert (time.process_time() - started) / 5 < 0.030 * 3  # the promise, and room for a slow machine


def test_what_was_held_out_is_found_and_let_pass(rules: Rules) -> None:
    rates = Rates(run(rules, (attempt for case in read(HELD_OUT) for attempt in attempts(case))))
    assert rates.total.attacks > 2_000
    assert (rates.total.detection or 0) > 0.95, told(rates.wrong)
    assert (rates.total.false_alarms or 0) < 0.02, told(rates.wrong)


@pytest.mark.parametrize(
    "piece", ["; cat ", "`id ", "$(", "' or ", "<a on", "../", "{{", "[" * 9, "%25", "\\u00", '{"a":']
)
def test_long_texts_of_one_piece_end_in_time(rules: Rules, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    Inspection(rules, 0.02, 20, 10_000).evaluate({}, [(BODY, "json", json.dumps({"a": text, "b": [text]}))])
    assert time.process_time() - started < 1.0
