"""The search language, and that it finds what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.agent.made import row
from vedette.agent.query.terms import Term, condition, nanoseconds, parse, pattern, without
from vedette.agent.store import Database


def test_terms_are_words_keys_marks_and_quotes():
    assert parse('checkout "out of stock" service:orders error -kind:server') == [
        Term("checkout", "", "checkout"),
        Term('"out of stock"', "", "out of stock"),
        Term("service:orders", "service", "orders"),
        Term("error", "error", ""),
        Term("-kind:server", "kind", "server", True),
    ]


def test_a_quoted_mark_and_an_address_are_text():
    assert [(term.key, term.value) for term in parse('"error" http://shop/cart')] == [
        ("", "error"),
        ("", "http://shop/cart"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10ms", 10_000_000),
        ("1.5s", 1_500_000_000),
        ("250us", 250_000),
        ("7", 7_000_000),
        ("900ns", 900),
        ("2m", 120_000_000_000),
    ],
)
def test_durations(text, expected):
    assert nanoseconds(text) == expected


@pytest.mark.parametrize("text", ["min:fast", "max:soon", "trace:xyz", 'service:""'])
def test_unusable_terms_say_why_and_are_left_out(text):
    terms = parse(text)
    assert condition(terms)[0] == "true"
    assert terms[0].problem or not terms[0].value


def test_a_term_can_be_taken_out():
    terms = parse("service:a error min:1ms")
    assert without(terms, terms[1]) == "service:a min:1ms"


def test_only_the_star_is_special_in_patterns():
    assert pattern("50%_off*\\") == "50\\%\\_off%\\\\"


CASES = {
    "service:orders": {"b"},
    "service:ord*": {"b"},
    "-service:orders": {"a", "c", "d"},
    "status:404": {"c"},
    "status:5xx": {"b"},
    "error": {"b"},
    "status:error": {"b"},
    "-error": {"a", "c", "d"},
    "attack": {"c", "d"},
    "blocked": {"d"},
    "min:1s": {"b"},
    "max:1ms": {"c"},
    "op:django.request": {"c"},
    "type:sql": {"a"},
    "kind:client": {"a"},
    "CHECKOUT": {"a"},
    '"select name"': {"a"},
    "cart.owner:ada": {"a"},
    "cart.owner:a*": {"a"},
    "cart.items:3": {"a"},
    "cart.owner:grace": set(),
    "host.name:web-1": {"b"},
    'say"cheese': {"d"},
    "OutOfStock": {"b"},
    "100%": {"d"},
    "trace:b": {"b"},
    "service:orders error min:1s": {"b"},
    "service:orders attack": set(),
    "-cart.owner:ada": {"a", "b", "c", "d"},  # the other span of trace a matches
    "": {"a", "b", "c", "d"},
}


@pytest.fixture
def shop(agent):
    agent.store(
        [
            row(trace_id="a", resource="POST /checkout", attributes={"cart.owner": "ada", "cart.items": 3}),
            row(trace_id="a", service="db", type="sql", kind="client", parent_id=1, resource="SELECT name FROM users"),
            row(
                trace_id="b",
                service="orders",
                status="503",
                error=True,
                duration=2_000_000_000,
                failure={"type": "shop.OutOfStock", "message": "", "stack": ""},
                process={"host.name": "web-1"},
            ),
            row(trace_id="c", name="django.request", status="404", attack=True, duration=900_000),
            row(trace_id="d", attack=True, blocked=True, attributes={"quote": 'Say"Cheese" 100%'}),
        ]
    )
    return agent


@pytest.mark.parametrize("search", CASES)
def test_a_search_finds_what_it_says(shop, search):
    assert set(shop.traces(search)) == CASES[search]


@given(st.text(max_size=300))
def test_any_text_is_a_search_that_can_be_run(search):
    where, values = condition(parse(search))
    DATABASE.cursor().execute(f"SELECT count(*) FROM spans WHERE {where}", values).fetchall()


@given(
    st.lists(
        st.sampled_from(['"', "'", ":", "-", "*", "\\", "$", "min", "trace", "a.b", "%", ";", "--", " "]), max_size=30
    ).map("".join)
)
def test_punctuation_is_a_search_that_can_be_run(search):
    where, values = condition(parse(search))
    DATABASE.cursor().execute(f"SELECT count(*) FROM spans WHERE {where}", values).fetchall()


DATABASE = Database(None)
DATABASE.cursor().execute(
    "INSERT INTO spans SELECT 1, 1, '00000000-0000-0000-0000-000000000001', 1, 0, 's', '', '', 'n', 'r', '', '', 1, 1, "
    "false, '', false, false, '{\"a.b\": \"c\"}', '', '', '', '', '{}'"
)
