"""Spans in which every text is an attack on the page: on every panel they stay text, and every link works."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.agent import shop
from tests.agent.made import row
from tests.agent.test_pages import EVIL, Elements

PANELS = [
    "/",
    "/services",
    "/endpoints",
    "/queries",
    "/outgoing",
    "/jobs",
    "/errors",
    "/attacks",
    "/attacks/what-if",
    "/about",
]
MOST = 100
"""Pages that are looked at."""
HARMFUL = {"img", "style", "iframe", "object", "base", "embed", "meta http-equiv"}


@pytest.fixture
def evil(agent):
    """An agent with a day of the shop, and the same kinds of spans with nothing but attacks in them."""
    texts = dict.fromkeys(("service", "env", "version", "name", "resource", "status"), EVIL)
    trigger = shop.trigger(EVIL, EVIL, EVIL)
    said = {
        EVIL: EVIL,
        "url.full": "http://a/" + EVIL,
        "http.request.method": "GET",
        "http.route": EVIL,
        "server.address": EVIL,
        "client.address": EVIL,
        "usr.id": EVIL,
        "error.message": EVIL,
        "_dd.appsec.json": json.dumps({"triggers": [trigger]}),
    }
    shapes = (("server", "web"), ("client", "sql"), ("client", "http"), ("consumer", "worker"))
    rows = [
        row(
            trace_id="e",
            span_id=14 + n,
            parent_id=14 if n else 0,
            kind=kind,
            type=type_,
            error=True,
            attack=True,
            **texts,
            attributes=said,
            failure={"type": EVIL, "message": EVIL, "stack": f'  File "{EVIL}", line 1, in {EVIL}\n    {EVIL}'},
            process={"service.name": EVIL, "telemetry.sdk.language": EVIL, "host.name": EVIL},
        )
        for n, (kind, type_) in enumerate(shapes)
    ]
    agent.store([*shop.day(), *rows])
    return agent


def links(page: str) -> list[str]:
    found = {html.unescape(target) for target in re.findall(r'(?:href|hx-get)="([^"]*)"', page)}
    return sorted(target for target in found if target.startswith("/") and not target.startswith(("/static/", "/api/")))


def test_every_page_that_panels_lead_to_is_there_and_nothing_on_it_is_markup(evil):
    waiting, shapes = list(PANELS), set()
    while waiting and len(shapes) < MOST:
        address = waiting.pop(0)
        # Addresses of the same shape are one: `/trace/<id>` need not be looked at for each of twenty traces.
        shape = re.sub(r"[0-9a-f]{16,32}|(?<==)[^&]*", "?", address)
        if shape in shapes:
            continue
        shapes.add(shape)
        page = evil.client.get(address)
        assert page.status_code == 200, address
        waiting += links(page.text)
        elements = Elements(page.text).found
        assert not {tag for tag, _ in elements} & HARMFUL, address
        names = {name for _, attributes in elements for name in attributes}
        assert not [name for name in names if name.startswith("on") or name == "style"], address
        for tag, attributes in elements:
            if tag == "script":
                assert attributes.get("src", "/static/").startswith("/static/")
                assert attributes.get("src") or attributes.get("type") == "application/json"
            for target in (attributes.get(name) for name in ("href", "src", "action", "hx-get")):
                assert not target or re.match(r"/(?!/)|\?|#", target), (address, target)
    assert len(shapes) > 40


def test_data_for_scripts_can_not_end_their_element(evil):
    page = evil.client.get("/trace/e").text
    data = re.search(r'<script type="application/json" id="trace">(.*?)</script>', page, re.DOTALL).group(1)
    assert "<" not in data
    assert json.loads(data)["name"] == [EVIL] * 4
