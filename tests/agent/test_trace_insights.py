"""What the page of a trace finds out: critical path, hints, comparison, logs; and how a search goes on."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.agent import shop
from tests.agent.conftest import LocalAgent
from tests.agent.made import row
from vedette.agent.options import Options
from vedette.agent.query.compare import compare
from vedette.agent.query.completion import complete
from vedette.agent.query.critical import critical_path
from vedette.agent.query.hints import hints
from vedette.agent.query.terms import parse
from vedette.agent.query.trace import Trace, arrange


def built(rows) -> Trace:
    spans = sorted((span._asdict() for span in rows), key=lambda span: span["start"])
    start = min(span["start"] for span in spans)
    end = max(span["start"] + span["duration"] for span in spans)
    return Trace("0" * 32, arrange(spans), start, end - start, False)


def spans(*given):
    """Rows of (id, parent, start, duration)."""
    return [row(trace_id="1", span_id=i, parent_id=p, start=1000 + s, duration=d, name=f"s{i}") for i, p, s, d in given]


def test_the_critical_path_goes_through_what_was_waited_for():
    trace = built(spans((1, 0, 0, 100), (2, 1, 10, 30), (3, 1, 20, 60), (4, 3, 70, 90)))
    path = [(at.node.span["name"], at.start - 1000, at.end - 1000) for at in critical_path(trace.nodes[0])]
    # 3 outlasts 2, which counts until 3 began. 4 ends after its parent, which cuts it.
    assert path == [("s1", 0, 10), ("s2", 10, 20), ("s3", 20, 70), ("s4", 70, 80), ("s1", 80, 100)]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 100), st.integers(0, 100)), max_size=9))
def test_the_critical_path_covers_the_root_once_whatever_the_spans(given):
    made = spans((1, 0, 0, 100), *((n + 2, parent, start, took) for n, (parent, start, took) in enumerate(given)))
    trace = built(made)
    root = next(node for node in trace.nodes if node.span["span_id"] == 1)
    path = critical_path(root)
    assert sum(stretch.end - stretch.start for stretch in path) == 100
    assert all(before.end <= after.start for before, after in zip(path, path[1:]))


def test_queries_in_a_loop_are_one_hint():
    found = {hint.kind: hint for hint in hints(built(shop.checkout(10**18).rows))}
    assert (found["loop"].times, found["loop"].time) == (12, 24 * shop.MS)
    assert "slow" not in found


def test_slow_queries_calls_in_turn_and_unseen_time_are_hints():
    trace = shop.Trace(10**18)
    root = trace.add(took=1000)
    trace.add(root, 0, 300, type="sql", kind="client", resource="select pg_sleep(1)")
    for n in range(3):
        trace.add(root, 310 + n * 10, 5, type="http", kind="client", name="http.request", resource="http.request")
    assert [hint.kind for hint in hints(built(trace.rows))] == ["unseen", "slow", "in-turn"]


def test_a_comparison_shows_where_the_time_went():
    fast, slow = shop.checkout(10**18, loop=2), shop.checkout(10**18 + 1, loop=12)
    lines = {line.path[-1][1:]: line for line in compare(built(fast.rows), built(slow.rows))}
    queries = lines["sqlite.query", shop.STATEMENT]
    assert (queries.counts, queries.difference, queries.depth) == ([2, 12], 20 * shop.MS, 1)
    assert lines["celery.run", "send_receipt"].depth == 3


def test_the_page_of_a_comparison(agent):
    one, other = shop.checkout(10**18, loop=2), shop.checkout(10**18 + 5, loop=12)
    agent.store(one.rows + other.rows)
    choice = agent.client.get(f"/compare?a={one.id}").text
    (address,) = {html.unescape(a) for a in re.findall(r'href="(/compare\?a=[^"]*b=[^"]*)"', choice)}
    assert "+20 ms" in agent.client.get(address).text
    assert agent.client.get("/compare?a=" + "9" * 32).status_code == 404
    assert "no trace with that id" in agent.client.get(f"/compare?a={one.id}&b=77").text


def test_an_outgoing_call_is_named_by_where_it_goes(agent):
    said = {"http.request.method": "GET", "url.full": "https://pay.example/cards"}
    call = {"name": "http.request", "type": "http", "kind": "client", "attributes": said}
    made = [row(trace_id="9", span_id=1), row(trace_id="9", span_id=2, parent_id=1, resource="http.request", **call)]
    agent.store(made)
    shown = agent.client.get("/trace/" + "9".rjust(32, "0")).text
    assert "GET pay.example/cards" in shown


def test_logs_of_a_trace_stand_with_it(agent):
    agent.store([row(trace_id="a5", span_id=7)])
    record = {
        "timeUnixNano": "5", "severityNumber": 17, "severityText": "ERROR", "body": {"stringValue": "it <b>broke</b>"},
        "traceId": "a5".rjust(32, "0"), "spanId": f"{7:016x}",
    }  # fmt: skip
    sent = agent.client.post("/v1/logs", json={"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
    assert sent.status_code == 200
    assert agent.writer.flush(20)
    for address in ("/trace/a5/logs", "/trace/a5/span/7"):
        assert "it &lt;b&gt;broke&lt;/b&gt;" in agent.client.get(address).text
    assert "Nothing was logged" in agent.client.get("/trace/a6/logs").text


@pytest.fixture(scope="module")
def shop_agent():
    local = LocalAgent(Options())
    local.store(shop.day())
    yield local
    local.close()


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        ("serv", "service:"),
        ("service:fr", "service:front"),
        ("-service:fr", "-service:front"),
        ("error service:", "error service:orders"),
        ("op:cel", "op:celery.run"),
        ('resource:"POST', 'resource:"POST /checkout"'),
        ("has:", "has:attack"),
        ("min:", "min:100ms"),
        ("http.ro", "http.route:"),
        ("http.route:", "http.route:/checkout"),
        ("status:5", "status:500"),
    ],
)
def test_a_search_is_completed(shop_agent, begun, expected):
    assert expected in [found["search"] for found in shop_agent.client.get("/complete", params={"q": begun}).json()]


@given(st.text(max_size=40))
def test_whatever_is_typed_can_be_completed(text):
    class Nothing:
        description = ()

        def execute(self, *_):
            return self

        def fetchall(self):
            return []

    for suggestion in complete(Nothing(), text, 0):
        assert suggestion.search.endswith(suggestion.text)


@pytest.mark.parametrize(
    ("search", "key", "value"),
    [
        ("has:error", "error", ""),
        ("duration:>10ms", "min", "10ms"),
        ("duration:<=2s", "max", "2s"),
        ("env:live", "env", "live"),
    ],
)
def test_other_ways_to_say_it(search, key, value):
    (term,) = parse(search)
    assert (term.key, term.value, term.problem) == (key, value, "")


def test_has_something_unknown_is_a_problem():
    assert parse("has:luck")[0].problem
