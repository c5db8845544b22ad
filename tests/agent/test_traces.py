"""The list of traces and the tree of one."""

from __future__ import annotations

import time

from tests.agent.made import row
from vedette.agent.query import trace, traces
from vedette.agent.query.trace import arrange


def span(number, parent=0, start=0, duration=10, name="s"):
    return {"span_id": number, "parent_id": parent, "start": start, "duration": duration, "name": name}


def shape(nodes):
    return [(node.span["span_id"], node.depth) for node in nodes]


def test_children_follow_their_parent_in_order_of_start():
    nodes = arrange([span(1), span(3, 2, 2), span(2, 1, 1), span(4, 1, 5)])
    assert shape(nodes) == [(1, 0), (2, 1), (3, 2), (4, 1)]
    assert [node.descendants for node in nodes] == [3, 1, 0, 0]


def test_a_span_whose_parent_is_missing_stands_at_the_top_and_says_so():
    nodes = arrange([span(1), span(3, 99, 2), span(4, 3, 3)])
    assert shape(nodes) == [(1, 0), (3, 0), (4, 1)]
    assert [node.parent_missing for node in nodes] == [False, True, False]


def test_a_span_that_came_twice_is_shown_once():
    assert shape(arrange([span(1), span(1), span(2, 1)])) == [(1, 0), (2, 1)]


def test_two_spans_of_the_same_id_are_both_shown():
    assert len(arrange([span(1), span(1, name="other"), span(2, 1)])) == 3


def test_parents_in_a_circle_are_shown_once_each():
    nodes = arrange([span(1, 3), span(2, 1), span(3, 2), span(4, 4)])
    assert sorted(number for number, _ in shape(nodes)) == [1, 2, 3, 4]


def test_a_trace_as_deep_as_it_is_long_is_arranged():
    nodes = arrange([span(n, n - 1, n) for n in range(1, 10_001)])
    assert nodes[-1].depth == 9_999
    assert nodes[0].descendants == 9_999


def test_own_time_is_what_no_child_covers():
    parent = arrange([span(1, duration=100), span(2, 1, 10, 30), span(3, 1, 20, 40), span(4, 1, 90, 50)])[0]
    assert parent.own == 100 - 50 - 10


def test_a_trace_is_summed_up_by_its_root_and_all_its_spans(agent):
    now = time.time_ns()
    agent.store(
        [
            row(trace_id="a", service="db", parent_id=5, start=now - 50, duration=500, error=True),
            row(
                trace_id="a",
                service="front",
                resource="GET /",
                start=now,
                duration=1000,
                status="418",
                attack=True,
                blocked=True,
            ),
        ]
    )
    (trace,) = agent.client.get("/api/traces").json()["traces"]
    assert trace["root"]["resource"] == "GET /"
    assert trace["root"]["status"] == "418"
    assert (trace["start"], trace["duration"], trace["spans"]) == (now - 50, 1050, 2)
    assert (trace["errors"], trace["attacks"], trace["blocked"], trace["services"]) == (1, 1, True, ["db", "front"])


def test_pages_follow_each_other_without_gap_or_repetition(agent):
    agent.store([row(start=1_000_000 + n) for n in range(25)])
    seen, before = [], None
    while True:
        page = agent.client.get("/api/traces", params={"limit": 10, **({"before": before} if before else {})}).json()
        seen += [trace["start"] for trace in page["traces"]]
        before = page["before"]
        if before is None:
            break
    assert seen == [1_000_000 + n for n in reversed(range(25))]


def test_what_is_older_than_the_first_look_is_found_too(agent, monkeypatch):
    monkeypatch.setattr(traces, "WINDOWS", (10, 20))
    agent.store([row(resource="rare"), *(row() for _ in range(50))])
    assert len(agent.traces("rare")) == 1
    assert len(agent.traces()) == 51


def test_text_is_looked_for_step_by_step(agent, monkeypatch):
    monkeypatch.setattr(traces, "LOOK", 20)
    agent.store([row(attributes={"user.id": "rare"}), *(row() for _ in range(50))])
    found = agent.client.get("/api/traces", params={"q": "user.id:rare"}).json()
    assert (found["traces"], found["before"], found["below"]) == ([], None, 32)
    page = agent.client.get("/", params={"q": "user.id:rare"}).text
    assert "Look further back" in page
    seen, below = [], found["below"]
    while below:
        found = agent.client.get("/api/traces", params={"q": "user.id:rare", "below": below}).json()
        seen += found["traces"]
        below = found["below"]
    assert len(seen) == 1
    # Whatever narrows the search makes it look at everything.
    assert len(agent.traces("service:shop user.id:rare")) == 1


def test_the_slowest_are_found_even_if_one_trace_has_them_all(agent):
    agent.store([row(trace_id="77", duration=9_000_000_000 + n) for n in range(200)])
    agent.store([row(duration=1_000 * n) for n in range(1, 9)])
    found = agent.client.get("/api/traces", params={"sort": "duration", "limit": 3}).json()["traces"]
    assert [trace["duration"] for trace in found][1:] == [8_000, 7_000]
    assert found[0]["trace_id"].endswith("77")


def test_the_summary_counts_everything(agent):
    agent.store(
        [row(), row(service="b", attack=True), row(attack=True, blocked=True, trace_id="77"), row(trace_id="77")]
    )
    summary = agent.client.get("/api/summary").json()
    wanted = {"traces": 3, "spans": 4, "services": 2, "attacks": 2, "blocked": 1, "drops": 0}
    assert {name: summary[name] for name in wanted} == wanted


def test_a_trace_says_no_more_than_fits_into_memory(agent, monkeypatch):
    monkeypatch.setattr(trace, "MOST_BYTES", 10_000)
    agent.store([row(trace_id="b", span_id=n, start=n, attributes={"n": "x" * 1_000}) for n in range(1, 21)])
    found = agent.client.get("/api/trace/b").json()
    assert (len(found["spans"]), found["cut"]) == (20, True)
    said = [bool(span["attributes"]) for span in found["spans"]]
    assert said == [True] * said.count(True) + [False] * said.count(False)
    assert 5 < said.count(True) < 10
    assert agent.client.get("/api/trace/b/explanation").json()["summary"]
