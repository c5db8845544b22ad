"""What docs/page.md says of searching and keys is what the page does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vedette.agent.panels.navigation import PLACES
from vedette.agent.query.terms import parse

DOCS = Path("docs/page.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.*?) \|", DOCS[DOCS.index("## Searching") :], re.MULTILINE)
TERMS = re.findall(r"`([^`]+)`", "".join(ROWS))


@pytest.mark.parametrize("search", TERMS)
def test_terms_of_the_docs_are_understood(agent, search):
    assert [term.problem for term in parse(search) if term.problem] == []
    answer = agent.client.get("/api/traces", params={"q": search})
    assert answer.status_code == 200
    assert answer.json()["problems"] == {}


def test_the_docs_have_terms_and_name_each_place_that_observes():
    assert len(TERMS) >= 12
    assert [place.label for place in PLACES if place.group == "Observe" and f"**{place.label}**" not in DOCS] == []


def test_keys_of_places_differ():
    keys = [place.key for place in PLACES if place.key]
    assert len(set(keys)) == len(keys)
