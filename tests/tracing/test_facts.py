"""Attributes that many spans have, converted once."""

from __future__ import annotations

from typing import Any

import vedette
from vedette._native import Facts

TOLD: dict[str, Any] = {
    "server.address": "db.example",
    "server.port": 5432,
    "share": 0.5,
    "db.user": "über",
    "on": True,
}


def test_facts_are_the_dictionary_that_they_were_made_of() -> None:
    facts = Facts(TOLD)
    assert facts == TOLD
    assert isinstance(facts, dict)
    assert facts.get("db.namespace") is None


def test_a_span_takes_them_as_it_takes_a_dictionary() -> None:
    by_facts, by_dictionary = vedette.tracer.span("query"), vedette.tracer.span("query")
    for span, attributes in ((by_facts, Facts({**TOLD, "none": None})), (by_dictionary, {**TOLD, "none": None})):
        span.set_attribute("db.user", "somebody")
        span.set_attributes(attributes)
    assert by_facts.attributes == by_dictionary.attributes
    assert by_facts.attributes["db.user"] == "über"


def test_there_are_no_more_of_them_than_of_others() -> None:
    span = vedette.tracer.span("query")
    span.set_attributes(Facts({f"name{number}": number for number in range(5000)}))
    assert len(span.attributes) < 5000
