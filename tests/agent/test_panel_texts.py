"""Small things that panels say: where names may break, inputs in plain words, what leads to others of a kind."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.agent.panels.breaks import breakable
from vedette.agent.panels.input_names import told
from vedette.agent.panels.packages import packages
from vedette.agent.panels.searches import live
from vedette.agent.panels.stack import folded, frames
from vedette.agent.query.terms import parse


@given(st.text(max_size=60))
def test_breakable_names_stay_escaped(name):
    assert "<" not in breakable(name).replace("<wbr>", "")
    assert breakable(name).replace("<wbr>", "").unescape() == name


@pytest.mark.parametrize(
    ("source", "path", "text"),
    [
        ("server.request.query", ["q", "0"], "query q"),
        ("server.request.query", ["q", "1"], "query q.1"),
        ("server.request.body", ["lines", "0", "sku"], "body lines.0.sku"),
        ("server.request.headers.no_cookies", ["user-agent"], "header user-agent"),
        ("server.request.uri.raw", [], "address"),
        ("some.address", ["x"], "some.address x"),
        ("", [], ""),
    ],
)
def test_inputs_have_names(source, path, text):
    assert told(source, path) == text


def test_an_attribute_leads_to_its_like():
    address = live("http.route", "/users/<id>")
    (search,) = parse_qs(address[2:])["q"]
    (term,) = parse(search)
    assert (term.key, term.value) == ("http.route", "/users/<id>")
    assert live("a b", "x") == live("list", ["x"]) == live("empty", "") == ""
    assert live("flag", True).endswith("flag%3A%22true%22")


def test_packages_are_told_by_service_with_all_versions():
    def sender(service, libraries, integrations):
        return {"service": service, "libraries": libraries, "integrations": integrations}

    told_by = [
        sender("shop", {"flask": "3.0", "Zope": "1"}, {"flask": "on", "redis": "too old"}),
        sender("shop", {"flask": "3.1"}, {"flask": "on", "grpc": "off"}),
        sender("quiet", {}, {}),
    ]
    (shop,) = packages(told_by)
    assert (shop["service"], shop["processes"], shop["on"]) == ("shop", "2 processes", ["flask"])
    assert shop["libraries"] == [{"name": "flask", "text": "3.0, 3.1"}, {"name": "Zope", "text": "1"}]
    assert shop["others"] == [{"name": "redis", "text": "too old"}]


def test_calls_of_libraries_are_folded_and_nothing_is_lost():
    library, own = '  File "/v/site-packages/x.py", line 1, in f\n', '  File "/app/a.py", line 2, in g\n    go()\n'
    stack = frames("Traceback:\n" + library * 3 + own * 2 + library + "KeyError: 1\n")
    runs = folded(stack)
    assert [len(run) for run in runs] == [1, 3, 1, 1, 1, 1]
    assert [frame for run in runs for frame in run] == stack
    assert runs[2][0].code == "go()"
