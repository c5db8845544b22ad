"""Requests: its spans, what it sends along, and that it stays as it was."""

from __future__ import annotations

import contextlib
import copy
import inspect
import pickle
import urllib.request
from typing import Any

import pytest
import requests

import vedette
from tests.integrations.made import Spans
from tests.integrations.web import PIECES, Web


def expected(web: Web, path: str, method: str = "GET", status: int = 200, reason: str = "OK", **more: Any) -> Any:
    attributes = {
        "component": "requests",
        "http.request.method": method,
        "url.full": web.url(path),
        "server.address": "127.0.0.1",
        "server.port": web.port,
        "user_agent.original": requests.utils.default_user_agent(),
        "http.response.status_code": status,
        "http.status_msg": reason,
    }
    resource = f"{method} {path.partition('?')[0]}"
    span = {"name": "requests.request", "resource": resource, "service": "requests", "type": "http", "kind": "client"}
    return {**span, **more, "attributes": attributes}


def test_a_request_is_one_span(web: Web, spans: Spans) -> None:
    assert requests.get(web.url("/ok?page=2")).text == "fine"
    assert spans() == [expected(web, "/ok?page=2")]


def test_the_trace_goes_along(web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        requests.post(web.url("/ok"), data=b"body", headers={"x-mine": "1"})
    assert spans() == [
        {"name": "work", "resource": "work", "attributes": {}},
        expected(web, "/ok", "POST", parent="work"),
    ]
    asked = web.seen[0]
    assert (asked.parent, asked.trace_id) == (spans.last[1]["span_id"], spans.last[1]["trace_id"])
    assert (asked.body, asked.headers["x-mine"]) == (b"body", "1")


def test_redirects_are_requests_of_their_own(web: Web, spans: Spans) -> None:
    with vedette.tracer.span("work"):
        response = requests.get(web.url("/redirect/2"))
    assert [r.status_code for r in response.history] == [302, 302]
    assert spans()[1:] == [
        expected(web, "/redirect/2", status=302, reason="Found", parent="work"),
        expected(web, "/redirect/1", status=302, reason="Found", parent="work"),
        expected(web, "/ok", parent="work"),
    ]
    assert [asked.parent for asked in web.seen] == [span["span_id"] for span in spans.last[1:]]
    assert vedette.current_span() is None


def test_a_redirect_that_is_not_followed(web: Web, spans: Spans) -> None:
    response = requests.get(web.url("/redirect/1"), allow_redirects=False)
    assert response.is_redirect
    assert spans() == [expected(web, "/redirect/1", status=302, reason="Found")]


def test_server_errors_are_errors(web: Web, spans: Spans) -> None:
    assert requests.get(web.url("/status/503")).status_code == 503
    assert spans() == [expected(web, "/status/503", status=503, reason="Service Unavailable", error=True)]


def test_client_errors_are_not(web: Web, spans: Spans) -> None:
    requests.get(web.url("/status/404"))
    assert "error" not in spans.one()


def test_exceptions_are_the_librarys_own(web: Web, spans: Spans) -> None:
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get(web.url("/broken"))
    span = spans.one()
    assert span["failure"] == ("requests.exceptions.ConnectionError", str(caught.value))
    assert span["error"] is True
    assert "http.response.status_code" not in span["attributes"]


def test_too_many_redirects(web: Web, spans: Spans) -> None:
    session = requests.Session()
    session.max_redirects = 2
    with pytest.raises(requests.TooManyRedirects):
        session.get(web.url("/redirect/9"))
    assert [span["attributes"]["http.response.status_code"] for span in spans()] == [302, 302, 302]
    assert vedette.current_span() is None


def test_credentials_are_cut(web: Web, spans: Spans) -> None:
    requests.get(web.url("/ok", user="me:secret@"))
    assert spans() == [expected(web, "/ok")]
    assert web.seen[0].headers["authorization"].startswith("Basic ")


def test_streams_are_untouched(web: Web, spans: Spans) -> None:
    with contextlib.closing(requests.get(web.url("/pieces"), stream=True)) as response:
        assert spans() == [expected(web, "/pieces")]
        assert b"".join(response.iter_content(2)) == b"".join(PIECES)
    sent = iter([b"a", b"b"])
    requests.post(web.url("/ok"), data=sent)
    assert web.seen[1].body == b"ab"


def test_split_by_domain(web: Web, spans: Spans, option: Any) -> None:
    option("requests", split_by_domain=True)
    requests.get(web.url("/ok"))
    assert spans() == [expected(web, "/ok", service=f"127.0.0.1:{web.port}")]


def test_without_distributed_tracing(web: Web, spans: Spans, option: Any) -> None:
    option("requests", distributed_tracing=False)
    requests.get(web.url("/ok"))
    assert spans() == [expected(web, "/ok")]
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_adapters_of_the_user(spans: Spans) -> None:
    class Canned(requests.adapters.BaseAdapter):
        def send(self, request: Any, **_: Any) -> Any:
            response = requests.Response()
            response.status_code, response.request, response.url = 418, request, request.url
            response.raw = type("Raw", (), {"read": lambda *a, **k: b"", "_original_response": None})()
            return response

        def close(self) -> None:
            pass

    session = requests.Session()
    session.mount("shop://", Canned())
    assert session.get("shop://cart/7").status_code == 418
    span = spans.one()
    assert (span["resource"], span["attributes"]["server.address"]) == ("GET /7", "cart")
    assert "server.port" not in span["attributes"]


def last_id(spans: Spans) -> int:
    spans.one()
    span_id: int = spans.last[0]["span_id"]
    return span_id


class Noting(requests.adapters.BaseAdapter):
    """Answers by itself, and remembers what it was to send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Any] = []

    def send(self, request: Any, **_: Any) -> Any:
        self.sent.append(request)
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        response.raw = type("Raw", (), {"read": lambda *a, **k: b"", "_original_response": None})()
        return response

    def close(self) -> None:
        pass


def test_what_others_send_has_the_trace_in_its_headers(spans: Spans) -> None:
    session, adapter = requests.Session(), Noting()
    session.mount("http://", adapter)
    session.get("http://shop.example/")
    assert int(adapter.sent[0].headers["x-datadog-parent-id"]) == last_id(spans)


def test_what_takes_the_place_of_the_librarys_adapter(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = Noting()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda _, request, **__: stand_in.send(request))
    requests.get("http://shop.example/")
    assert int(stand_in.sent[0].headers["x-datadog-parent-id"]) == last_id(spans)


def test_a_session_that_chooses_adapters_is_asked_once(web: Web, spans: Spans) -> None:
    asked = []

    class Choosing(requests.Session):
        def get_adapter(self, url: str) -> Any:
            asked.append(url)
            return super().get_adapter(url)

    Choosing().get(web.url("/ok"))
    assert asked == [web.url("/ok")]
    assert web.seen[0].parent == last_id(spans)


@pytest.mark.parametrize("below", ["urllib3", "http_client"])
@pytest.mark.parametrize("tells", [True, False])
def test_what_lies_below_tells_its_own_context(
    web: Web, spans: Spans, instrument: Any, option: Any, below: str, tells: bool
) -> None:
    if below == "urllib3" and not requests.adapters.PoolManager.__module__.startswith("urllib3"):
        pytest.skip("this version brings an urllib3 of its own")
    instrument(below)
    option(below, distributed_tracing=tells)
    requests.get(web.url("/ok"))
    spans()
    outer, inner = spans.last
    assert (outer["name"], inner["parent_id"]) == ("requests.request", outer["span_id"])
    assert web.seen[0].parent == (inner if tells else outer)["span_id"]


def test_what_was_sent_shows_its_trace_and_is_sent_again_with_another(web: Web, spans: Spans) -> None:
    session = requests.Session()
    prepared = session.prepare_request(requests.Request("GET", web.url("/ok")))
    for number in range(2):
        response = session.send(prepared)
        assert int(response.request.headers["x-datadog-parent-id"]) == last_id(spans) == web.seen[number].parent


def test_requests_of_others_carry_nothing(web: Web, spans: Spans) -> None:
    urllib.request.urlopen(web.url("/ok")).close()
    assert not {"traceparent", "x-datadog-trace-id"} & set(web.seen[0].headers)


def test_the_library_looks_as_before(web: Web) -> None:
    assert str(inspect.signature(requests.Session.send)).startswith("(self, request")
    assert inspect.isfunction(requests.Session.send)
    assert inspect.isgeneratorfunction(requests.Session.resolve_redirects)
    response = requests.get(web.url("/ok"))
    assert isinstance(response, requests.Response)
    assert pickle.loads(pickle.dumps(response)).text == "fine"
    session = requests.Session()
    assert copy.copy(session).headers == pickle.loads(pickle.dumps(session)).headers


def test_misuse_stays_misuse(spans: Spans) -> None:
    with pytest.raises(ValueError, match="PreparedRequest"):
        requests.Session().send(requests.Request("GET", "http://127.0.0.1/"))
    with pytest.raises(TypeError):
        requests.Session().send()  # type: ignore[call-arg]
