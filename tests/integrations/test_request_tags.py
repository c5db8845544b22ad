"""Headers, addresses and query strings that become tags where the user asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.web import Web
from vedette.operations.request_tags import TAGS
from vedette.settings import load

flask = pytest.importorskip("flask")
requests = pytest.importorskip("requests")


@pytest.fixture
def asked() -> Iterator[Any]:
    """`asked(header_tags="x-a", client_ip_enabled=True)`: these settings, until the test's end."""

    def put(**options: Any) -> None:
        mine = load(options)
        TAGS.configure(mine.header_tags, mine.client_ip_enabled, mine.client_ip_header, mine.client_query_string)

    yield put
    put()


def served(headers: dict[str, str], spans: Spans) -> dict[str, Any]:
    app = flask.Flask("tags")
    app.add_url_rule("/", view_func=lambda: ("fine", {"X-Answer": "42"}))
    app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    return spans.one()["attributes"]  # type: ignore[no-any-return]


def test_headers_of_requests_and_responses(asked: Any, spans: Spans) -> None:
    asked(header_tags="X-Tenant, x-answer:answer, X.Odd$Name")
    told = served({"X-Tenant": "acme", "X-Odd$Name": "no", "x.odd$name": "yes"}, spans)
    assert (told["http.request.headers.x-tenant"], told["answer"]) == ("acme", "42")


def test_every_header(asked: Any, spans: Spans) -> None:
    asked(header_tags={"*": ""})
    told = served({"X-Tenant": "acme"}, spans)
    assert told["http.request.headers.x-tenant"] == "acme"
    assert told["http.response.headers.x-answer"] == "42"


def test_nothing_is_told_unasked(spans: Spans) -> None:
    told = served({"X-Tenant": "acme", "X-Forwarded-For": "8.8.8.8"}, spans)
    assert not [name for name in told if "headers" in name or name == "client.address"]


def test_the_clients_address(asked: Any, spans: Spans) -> None:
    asked(client_ip_enabled=True)
    assert served({"X-Forwarded-For": "10.0.0.1, 8.8.8.8"}, spans)["client.address"] == "8.8.8.8"
    assert served({}, spans)["client.address"] == "10.0.0.9"
    asked(client_ip_enabled=True, client_ip_header="X-Mine")
    assert served({"X-Forwarded-For": "8.8.8.8", "X-Mine": "9.9.9.9"}, spans)["client.address"] == "9.9.9.9"


def test_outgoing_requests(asked: Any, spans: Spans, web: Web) -> None:
    asked(header_tags="X-Tenant,Date:date", client_query_string=False)
    requests.get(web.url("/ok?token=1"), headers={"X-Tenant": "acme"})
    told = spans.one()["attributes"]
    assert told["http.request.headers.x-tenant"] == "acme"
    assert "date" in told
    assert told["url.full"] == web.url("/ok")


def test_outgoing_requests_whose_headers_are_raw(asked: Any, spans: Spans, web: Web, instrument: Any) -> None:
    import http.client

    httpx = pytest.importorskip("httpx")
    instrument("http_client")
    asked(header_tags="X-Tenant,Date:date")
    httpx.get(web.url("/ok"), headers={"X-Tenant": "acme"})
    connection = http.client.HTTPConnection(web.host, web.port)
    connection.request("GET", "/ok", headers={"X-Tenant": "acme"})
    connection.getresponse().read()
    connection.close()
    for span in spans():
        assert span["attributes"]["http.request.headers.x-tenant"] == "acme"
        assert "date" in span["attributes"]
