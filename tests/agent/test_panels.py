"""What panels make of values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.agent.panels import units
from vedette.agent.panels.findings import findings
from vedette.agent.panels.statement import laid_out


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_000, "1 µs"),
        (12_340, "12.3 µs"),
        (999_400, "999 µs"),
        (999_600, "1 ms"),
        (1_250_000, "1.25 ms"),
        (390_000_000, "390 ms"),
        (2_500_000_000, "2.5 s"),
        (59_990_000_000, "60 s"),
        (200_000_000_000, "3 min 20 s"),
        (7_260_000_000_000, "2 h 1 min"),
        ((1 << 64) - 1, "5,124,095 h 34 min"),
    ],
)
def test_durations_have_three_digits_and_a_unit(nanoseconds, text):
    assert units.duration(nanoseconds) == text


@given(st.integers(0, (1 << 65)))
def test_any_moment_and_duration_can_be_shown(number):
    assert isinstance(units.moment(number), str)
    assert isinstance(units.clock(number), str)
    assert units.duration(number)


def test_services_have_different_colours_while_there_are_colours_left():
    palette = units.Palette()
    names = [f"service-{n}" for n in range(units.COLOURS)]
    assert sorted(palette.colour(name) for name in names) == list(range(units.COLOURS))
    assert palette.colour("service-3") == palette.colour("service-3")
    assert all(0 <= palette.colour(f"more-{n}") < units.COLOURS for n in range(2_000))


def test_a_statement_has_a_line_per_clause():
    sql = "select a, b from t left join u on t.id = u.id where x between 1 and 2 and y in (select 1 from z) order by a"
    assert "".join(piece.text for piece in laid_out(sql)).split("\n") == [
        "select a, b",
        "from t",
        "left join u",
        "  on t.id = u.id",
        "where x between 1 and 2",
        "  and y in (",
        "  select 1",
        "  from z)",
        "order by a",
    ]


@given(st.text(alphabet="SELECTfrom 'a\"`()-/*\n?$1;%\\ü", max_size=200))
def test_laying_out_changes_white_space_alone(sql):
    def solid(text):
        return "".join(text.split())

    assert solid("".join(piece.text for piece in laid_out(sql))) == solid(sql)


def span(attributes=None, structures=None, events=(), blocked=False):
    return {"attributes": attributes or {}, "structures": structures or {}, "events": list(events), "blocked": blocked}


TRIGGER = {
    "rule": {"id": "crs-942-100", "name": "SQL Injection", "tags": {"type": "sql_injection"}, "on_match": ["block"]},
    "rule_matches": [
        {
            "operator": "is_sqli",
            "parameters": [
                {"address": "server.request.query", "key_path": ["q", 0], "value": "1 or 1=1", "highlight": ["1o1"]}
            ],
        }
    ],
}
EXPECTED = {
    "rule": "crs-942-100",
    "name": "SQL Injection",
    "type": "sql_injection",
    "location": "",
    "explanation": "",
    "cwe": "",
    "response": "",
    "stops": True,
    "blocked": True,
    "matches": [
        {
            "address": "server.request.query / q / 0",
            "where": "query q",
            "source": "server.request.query",
            "path": ["q", "0"],
            "value": "1 or 1=1",
            "matched": "1o1",
            "parts": [(False, "1 or 1=1")],  # it matched only after white space was taken out
            "short": [(False, "1 or 1=1")],
            "operator": "is_sqli",
            "sink": "",
        }
    ],
}


def test_findings_come_from_json_text_or_structures_alike():
    text = json.dumps({"triggers": [TRIGGER]})
    assert findings(span({"_dd.appsec.json": text}, blocked=True)) == [EXPECTED]
    assert findings(span(structures={"appsec": {"triggers": [TRIGGER]}}, blocked=True)) == [EXPECTED]
    assert findings(span({"_dd.appsec.json": text}))[0]["blocked"] is False


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "triggers",
                        "rule",
                        "tags",
                        "rule_matches",
                        "parameters",
                        "key_path",
                        "on_match",
                        "highlight",
                        "params",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_other_shape_is_no_finding_or_one_without_details(value):
    for source in (
        span({"_dd.appsec.json": json.dumps(value)}),
        span(structures={"appsec": value}),
        span({"_dd.appsec.json": value}),
    ):
        assert all(set(found) == set(EXPECTED) for found in findings(source))


def test_cut_off_json_is_no_finding():
    assert findings(span({"_dd.appsec.json": '{"triggers": [{"ru'})) == []
