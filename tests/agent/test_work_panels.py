"""Services, endpoints, queries, calls, jobs, errors: the numbers are right, and each leads to its traces."""

from __future__ import annotations

import html
import re
import time

import pytest

from tests.agent import shop
from tests.agent.conftest import LocalAgent
from tests.agent.made import row
from vedette.agent.options import Options
from vedette.agent.panels.rates import rate, share
from vedette.agent.panels.stack import frames
from vedette.agent.query.errors import errors
from vedette.agent.query.groups import CALLS, ENDPOINTS, STATEMENTS, WORK, callers, group, groups, repeats
from vedette.agent.query.period import between, last
from vedette.agent.query.scope import Scope
from vedette.agent.query.series import series
from vedette.agent.query.services import edges, services

NOW = time.time_ns()
HOUR = Scope(between(NOW - 3_600_000 * shop.MS, NOW + 3_600_000 * shop.MS))


@pytest.fixture(scope="module")
def agent():
    """An agent that saw a day of the shop; tests that show it more have one of their own."""
    local = LocalAgent(Options())
    local.store(shop.day())
    yield local
    local.close()


@pytest.fixture
def other_agent():
    local = LocalAgent(Options())
    local.store(shop.day())
    yield local
    local.close()


@pytest.fixture
def cursor(agent):
    with agent.database.cursor() as cursor:
        yield cursor


def links(page: str, pattern: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'href="([^"]*)"', page) if re.search(pattern, found)]


def test_endpoints_are_requests_by_service_and_resource(cursor):
    found = {row["resource"]: row for row in groups(cursor, ENDPOINTS, HOUR)}
    assert {name: row["calls"] for name, row in found.items()} == {
        "POST /checkout": 10, "GET /stock/<sku>": 10, "GET /recommend": 3, "GET /search/<int:page>": 2, "GET 403": 1,
    }  # fmt: skip
    assert found["GET /recommend"]["errors"] == 3
    assert found["GET /search/<int:page>"]["attacks"] == 2
    assert found["POST /checkout"]["quantiles"] == [100 * shop.MS] * 3


@pytest.mark.parametrize(
    ("kind", "keys", "calls"),
    [
        (STATEMENTS, {"owner": "front", "store": "sqlite", "type": "sql", "resource": shop.STATEMENT}, 120),
        (CALLS, {"owner": "front", "peer": "10.0.0.7:80", "method": "GET", "resource": "http.request"}, 10),
        (WORK, {"owner": "worker", "name": "celery.run", "resource": "send_receipt"}, 10),
    ],
)
def test_other_work_belongs_to_who_does_it(cursor, kind, keys, calls):
    (found,) = groups(cursor, kind, HOUR)
    assert {name: found[name] for name in kind.keys} == keys
    assert found["calls"] == calls
    assert group(cursor, kind, HOUR, keys)["calls"] == calls
    assert group(cursor, kind, HOUR, {**keys, "resource": "other"}) is None


def test_queries_in_loops_are_noticed_with_their_callers(agent, cursor):
    (found,) = repeats(cursor, STATEMENTS, HOUR, agent.writer.seq).values()
    assert found["most"] == 12
    keys = {"owner": "front", "store": "sqlite", "type": "sql", "resource": shop.STATEMENT}
    (caller,) = callers(cursor, STATEMENTS, HOUR, keys, agent.writer.seq)
    assert (caller["resource"], caller["traces"], caller["calls"], caller["most"]) == ("POST /checkout", 10, 120, 12)


def test_services_and_who_calls_whom(agent, cursor):
    found = {row["service"]: row for row in services(cursor, HOUR)}
    assert {name: (row["calls"], row["dependency"]) for name, row in found.items()} == {
        "front": (13, False), "orders": (13, False), "worker": (10, False), "sqlite": (0, True),
    }  # fmt: skip
    calls = {(edge["caller"], edge["callee"]): edge["calls"] for edge in edges(cursor, HOUR, agent.writer.seq)}
    assert calls == {("front", "sqlite"): 120, ("front", "orders"): 10, ("orders", "worker"): 10}


def test_peers_that_send_nothing_are_on_the_map(other_agent):
    said = {"server.address": "api.pay.example", "http.request.method": "POST"}
    other_agent.store([row(type="http", kind="client", service="requests", attributes=said)])
    with other_agent.database.cursor() as cursor:
        found = {(edge["caller"], edge["callee"]) for edge in edges(cursor, HOUR, other_agent.writer.seq)}
    assert ("shop", "api.pay.example") in found


def test_failures_are_the_same_but_for_numbers_and_quoted_texts(cursor):
    (found,) = errors(cursor, HOUR)
    assert (found["type"], found["traces"], found["service"]) == ("KeyError", 3, "front")
    assert found["first"] < found["last"]
    assert errors(cursor, HOUR, fingerprint=found["fingerprint"])[0]["traces"] == 3
    assert errors(cursor, HOUR, fingerprint="0" * 16) == []


def test_series_count_what_is_in_their_buckets(cursor):
    found = series(cursor, HOUR, ENDPOINTS.condition)
    assert sum(bucket["calls"] for bucket in found.buckets) == 26
    assert sum(bucket["errors"] for bucket in found.buckets) == 3


def test_a_scope_limits_by_time_service_and_environment(cursor):
    assert groups(cursor, ENDPOINTS, Scope(between(0, 10**18))) == []
    assert {row["owner"] for row in groups(cursor, ENDPOINTS, Scope(last("1h"), "orders"))} == {"orders"}
    assert groups(cursor, STATEMENTS, Scope(last("1h"), "front"))[0]["calls"] == 120  # by whose process asked
    assert groups(cursor, ENDPOINTS, Scope(last("1h"), env="nowhere")) == []


@pytest.mark.parametrize("panel", ["services", "endpoints", "queries", "outgoing", "jobs", "errors"])
def test_each_line_leads_to_its_page_and_each_number_to_traces(agent, panel):
    page = agent.client.get(f"/{panel}").text
    details = links(page, f"^/{panel}/")
    assert details
    for address in details:
        assert agent.client.get(address).status_code == 200
    searches = links(page, r"^/\?.*q=")
    assert searches or panel == "errors"
    for address in searches:
        listed = agent.client.get(address).text
        assert 'class="list"' in listed, address
    if panel == "errors":
        assert links(agent.client.get(details[0]).text, "^/trace/")


@pytest.mark.parametrize(
    "address",
    ["/services", "/services/none", "/endpoints", "/queries", "/outgoing", "/jobs", "/errors", "/attacks", "/about"],
)
def test_without_data_a_panel_says_what_to_do(small_agent, address):
    page = small_agent.client.get(address).text
    assert "vedette run python app.py" in page


def test_tables_are_ordered_limited_and_paged(other_agent):
    other_agent.store([row(resource=f"GET /page/{n:03}", duration=n * shop.MS) for n in range(120)])
    first = other_agent.client.get("/endpoints?find=page&sort=p95").text
    assert "GET /page/119" in first
    assert "GET /page/070" in first
    assert "GET /page/069" not in first
    assert "POST /checkout" not in first
    assert "page 1 of 3" in first
    second = other_agent.client.get(links(first, "page=2")[0]).text
    assert "GET /page/069" in second
    assert 'aria-sort="descending"' in second


STRANGE = (
    "t=9y from=5 from=9&to=3 from=99999999999999999&to=1 sort=x page=0 page=999 page=9999999999999999999 service=%00"
)
PANELS = ["services", "endpoints", "errors", "attacks", "attacks/what-if", "queries/one", "errors/x", "about"]


@pytest.mark.parametrize("query", STRANGE.split())
def test_strange_addresses_are_answered(agent, query):
    assert {agent.client.get(f"/{panel}?{query}").status_code for panel in PANELS} == {200}


def test_a_service_with_any_name_has_a_page(other_agent):
    name = 'pay/ments?x=1#2%3 "né" <b>'
    other_agent.store([row(service=name, process={"service.name": name}, resource="GET /x")])
    page = other_agent.client.get("/services").text
    address = links(page, "^/services/pay")[0]
    opened = other_agent.client.get(address).text
    part = next(
        html.unescape(found) for found in re.findall(r'hx-get="([^"]*)"', opened) if "/parts/endpoints" in found
    )
    assert "GET /x" in other_agent.client.get(part).text
    assert "<b>" not in page + opened


def test_stacks_tell_the_application_from_libraries():
    found = frames(shop.failure(0, 1).rows[0].failure.replace("\\n", "\n").replace('\\"', '"'))
    own = [frame for frame in found if frame.file and not frame.library]
    assert [(frame.file, frame.line, frame.function, frame.code) for frame in own] == [
        ("/app/views.py", "12", "recommend", "return stock[sku]")
    ]
    assert [frame.function for frame in frames("    at run (/app/a.js:3:7)\n    at node:internal/x:1:2")] == ["run", ""]
    assert frames("\tat com.shop.Cart.pay(Cart.java:31)")[0].line == "31"


def test_rates_and_shares_are_numbers_that_one_can_imagine():
    assert [rate(n, 3600) for n in (0, 1, 90, 36_000, 720_000)] == ["0/h", "1/h", "1.5/min", "10/s", "200/s"]
    assert [share(*pair) for pair in ((0, 9), (1, 10_000), (1, 200), (1, 3), (3, 3))] == [
        "", "< 0.1 %", "0.5 %", "33 %", "100 %",
    ]  # fmt: skip
