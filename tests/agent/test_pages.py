"""The pages: what they show, that nothing in a span becomes markup, and who may read them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from tests.agent.made import row

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&{{7*7}}"


class Elements(HTMLParser):
    """The elements of a page with their attributes, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture
def evil(agent):
    """A span in which every text is an attack on the page."""
    trigger = {
        "rule": {"id": EVIL, "name": EVIL, "tags": {"type": EVIL}},
        "rule_matches": [
            {
                "operator": EVIL,
                "parameters": [{"address": EVIL, "key_path": [EVIL], "value": EVIL, "highlight": [EVIL]}],
            }
        ],
    }
    attributes = {
        EVIL: EVIL,
        "list": [EVIL],
        "_dd.appsec.json": json.dumps({"triggers": [trigger]}),
        "db.query.text": EVIL,
    }
    texts = dict.fromkeys(("service", "env", "version", "name", "resource", "type", "kind", "status"), EVIL)
    agent.store(
        [
            row(
                trace_id="e",
                span_id=14,
                error=True,
                attack=True,
                **texts,
                attributes=attributes,
                events=[{"name": EVIL, "time_unix_nano": 1, "attributes": {EVIL: EVIL, "exception.stacktrace": EVIL}}],
                links=[{"trace_id": EVIL, "span_id": EVIL, "attributes": {EVIL: EVIL}}],
                failure={"type": EVIL, "message": EVIL, "stack": EVIL},
                structures={EVIL: EVIL},
                process={EVIL: EVIL},
            )
        ]
    )
    return agent


@pytest.mark.parametrize(
    "address", ["/", "/?q=" + "%3Cscript%3Ealert(1)%3C/script%3E", "/trace/e", "/trace/e?span=e", "/trace/e/span/e"]
)
def test_nothing_in_a_span_or_address_becomes_markup(evil, address):
    page = evil.client.get(address)
    assert page.status_code == 200
    assert "alert(1)" in page.text
    elements = Elements(page.text).found
    assert len(elements) > 10
    assert not {tag for tag, _ in elements} & {"img", "style", "iframe", "object", "base"}
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on") or name == "style"]
    scripts = [attributes for tag, attributes in elements if tag == "script"]
    assert all(said.get("src", "").startswith("/static/") or said.get("type") == "application/json" for said in scripts)


def test_links_of_spans_lead_to_this_agent_only(evil):
    page = evil.client.get("/trace/e/span/e").text
    assert all(target.startswith("/") for target in re.findall(r'href="([^"]*)"', page))


@pytest.mark.parametrize("address", ["/", "/trace/e?span=e", "/api/summary", "/static/base.css", "/nothing"])
def test_every_answer_forbids_what_is_not_the_agents_own(evil, address):
    headers = evil.client.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_pages_have_no_inline_scripts_or_styles_and_load_nothing_from_elsewhere(evil):
    for address in ("/", "/trace/e?span=e"):
        elements = Elements(evil.client.get(address).text).found
        targets = [value for _, attributes in elements for name, value in attributes.items() if name in ("src", "href")]
        assert targets
        assert all(re.match(r"/(?!/)|\?|#", target) for target in targets)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8126", "", "localhost.evil.example", "[::2]"])
@pytest.mark.parametrize("address", ["/", "/api/summary", "/static/base.css"])
def test_other_hosts_are_refused(agent, host, address):
    assert agent.client.get(address, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:8126", "[::1]:8126", "LOCALHOST"])
def test_this_machine_is_answered(agent, host):
    assert agent.client.get("/", headers={"host": host}).status_code == 200


def test_web_pages_can_send_no_traces(agent):
    answer = agent.client.post("/v0.4/traces", content=b"\x90", headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert agent.client.post("/v1/traces", json={}, headers={"origin": "null"}).status_code == 403


def test_the_empty_list_says_what_to_do(agent):
    assert "vedette run python app.py" in agent.client.get("/").text


def test_a_search_without_result_says_so(evil):
    page = evil.client.get("/?q=service:nothing").text
    assert "No trace matches" in page


def test_a_poll_is_answered_only_when_there_is_something_new(agent):
    agent.store([row()])
    fresh = agent.client.get("/?since=0", headers={"hx-request": "true"})
    assert fresh.status_code == 200
    assert fresh.text.lstrip().startswith("<section")
    since = re.search(r"since=(\d+)", fresh.text).group(1)
    assert agent.client.get(f"/?since={since}", headers={"hx-request": "true"}).status_code == 204


@pytest.mark.parametrize(
    "address", ["/trace/zz", "/trace/123", "/trace/e/span/99", "/trace/e/span/x", "/trace/" + "f" * 33]
)
def test_what_is_not_there_is_said(evil, address):
    answer = evil.client.get(address)
    assert answer.status_code == 404
    assert "Not found" in answer.text


@pytest.mark.parametrize(
    "address", ["/static/../application.py", "/static/%2e%2e/render.py", "/static//etc/passwd", "/static/vendor"]
)
def test_only_static_files_are_served(agent, address):
    assert agent.client.get(address).status_code in (404, 405)


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "limit=99999999999999999999", "limit=x&before=", "q=%00", "q=" + "a%20" * 300]
)
def test_strange_addresses_are_answered(evil, query):
    assert evil.client.get(f"/?{query}").status_code == 200
    assert evil.client.get(f"/api/traces?{query}").status_code == 200


def test_the_trace_page_shows_tree_marks_and_the_open_span(agent):
    agent.store(
        [
            row(trace_id="a1", span_id=1, resource="GET /cart", duration=1000),
            row(
                trace_id="a1",
                span_id=2,
                parent_id=1,
                name="sqlite.query",
                resource="SELECT 1",
                type="sql",
                kind="client",
                service="cart-db",
                attributes={"db.query.text": "select a from b where c = ? and d = 1"},
            ),
        ]
    )
    page = agent.client.get("/trace/a1?span=2").text
    assert "GET /cart" in page
    drawn = json.loads(re.search(r'id="trace">(.*?)</script>', page).group(1))
    assert (drawn["depth"], drawn["below"], drawn["services"]) == ([0, 1], [1, 0], ["shop", "cart-db"])
    assert "cart-db" in page
    assert '<span class="word">from</span> b\n<span class="word">where</span>' in page
