"""urllib: what it is about to open is told, and that it stays as it was."""

from __future__ import annotations

import http.client
import inspect
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.told import Told
from tests.integrations.web import Web
from vedette.operations import OutgoingRequest, Refusal


@pytest.fixture
def told() -> Iterator[Told]:
    listener = Told()
    OutgoingRequest.listen(listener)
    yield listener
    OutgoingRequest.unlisten(listener)


def facts(told: Told) -> list[tuple[Any, ...]]:
    return [(each.method, each.url, each.host, each.port) for each in told.operations]


def test_a_url_is_told_and_makes_no_span(web: Web, spans: Spans, told: Told) -> None:
    with vedette.tracer.span("work"), urllib.request.urlopen(web.url("/ok?a=1"), timeout=10) as response:
        assert response.read() == b"fine"
    assert facts(told) == [("GET", web.url("/ok?a=1"), "127.0.0.1", web.port)]
    assert (told.ended[0].status, told.ended[0].response_headers["Content-Length"]) == (200, "4")
    assert [span["name"] for span in spans()] == ["work"]
    assert "traceparent" not in web.seen[0].headers


def test_requests_and_their_methods(web: Web, told: Told) -> None:
    urllib.request.urlopen(web.url("/ok"), data=b"body", timeout=10).close()
    urllib.request.urlopen(urllib.request.Request(web.url("/ok"), method="PUT", data=b"x"), timeout=10).close()
    urllib.request.urlopen(urllib.request.Request(web.url("/ok")), data=b"late", timeout=10).close()
    opener = urllib.request.build_opener()
    opener.open(urllib.request.Request(web.url("/ok"), headers={"X-Mine": "1"}), timeout=10).close()
    assert [each.method for each in told.operations] == ["POST", "PUT", "POST", "GET"]
    assert [asked.method for asked in web.seen] == ["POST", "PUT", "POST", "GET"]
    assert told.operations[3].headers["X-mine"] == "1"


def test_redirects_are_told_one_by_one(web: Web, told: Told) -> None:
    with urllib.request.urlopen(web.url("/redirect/2"), timeout=10) as response:
        assert response.url == web.url("/ok")
    assert [each.url for each in told.operations] == [web.url(path) for path in ("/redirect/2", "/redirect/1", "/ok")]


def test_files_and_data(tmp_path: Path, told: Told) -> None:
    (tmp_path / "a.txt").write_text("hello")
    url = (tmp_path / "a.txt").as_uri()
    assert urllib.request.urlopen(url).read() == b"hello"
    assert urllib.request.urlopen("data:,hi").read() == b"hi"
    assert facts(told) == [("GET", url, None, None), ("GET", "data:,hi", None, None)]


def test_a_refused_url_is_not_opened(web: Web) -> None:
    listener = Told(refuse="127.0.0.1")
    OutgoingRequest.listen(listener)
    try:
        with pytest.raises(Refusal):
            urllib.request.urlopen(web.url("/ok"), timeout=10)
    finally:
        OutgoingRequest.unlisten(listener)
    assert web.seen == []


def test_failures_stay_what_they_are(web: Web, spans: Spans, told: Told) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(web.url("/status/404"), timeout=10)
    assert caught.value.read() == b"as asked"
    caught.value.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen("http://127.0.0.1:1/", timeout=10)
    with pytest.raises(ValueError, match="unknown url type"):
        urllib.request.urlopen("no scheme")
    with pytest.raises(AttributeError):
        urllib.request.urlopen(None)  # type: ignore[arg-type]
    assert [each.host for each in told.operations] == ["127.0.0.1", "127.0.0.1", None]
    assert spans() == []


def test_with_the_spans_of_http_client(web: Web, spans: Spans, instrument: Any, told: Told) -> None:
    instrument("http_client")
    urllib.request.urlopen(web.url("/ok"), timeout=10).close()
    assert [span["name"] for span in spans()] == ["http.client.request"]
    assert web.seen[0].parent == spans.last[0]["span_id"]
    assert [each.name for each in told.operations] == [None, "http.client.request"]


def test_retrieving(web: Web, told: Told, tmp_path: Path) -> None:
    name, headers = urllib.request.urlretrieve(web.url("/ok"), tmp_path / "copy")
    assert Path(name).read_bytes() == b"fine"
    assert headers["Content-Length"] == "4"
    assert [each.url for each in told.operations] == [web.url("/ok")]


def test_the_library_looks_as_before() -> None:
    assert list(inspect.signature(urllib.request.OpenerDirector.open).parameters) == [
        "self",
        "fullurl",
        "data",
        "timeout",
    ]
    assert inspect.isfunction(urllib.request.OpenerDirector.open)
    assert isinstance(urllib.request.build_opener(), urllib.request.OpenerDirector)


def test_what_http_client_is_asked_for_is_told_once(web: Web, told: Told) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request("GET", "/ok")
    assert connection.getresponse().read() == b"fine"
    connection.close()
    assert [(each.method, each.url, each.port) for each in told.operations] == [("GET", web.url("/ok"), web.port)]
