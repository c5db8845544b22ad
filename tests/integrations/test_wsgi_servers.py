"""WSGI servers whose applications are traced without being asked: every request once, whatever answers it."""

from __future__ import annotations

import contextlib
import http.client
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.served import WSGI_SERVERS, serving

SIZE = 200_000


def application(environ: Any, start_response: Any) -> Any:
    """A bare one."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(SIZE))])
    with vedette.tracer.span("work"):
        return iter([b"x" * (SIZE // 2)] * 2)


def asked(port: int, path: str = "/a/b?c=d", **headers: str) -> tuple[int, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, len(response.read())


@pytest.fixture
def traced(instrument: Any) -> None:
    for name in WSGI_SERVERS:
        if name != "wsgiref":
            pytest.importorskip(name)
    instrument("wsgi_servers")  # which loads what the other hooks
    instrument("wsgi")


@pytest.mark.parametrize("name", list(WSGI_SERVERS))
def test_a_request_is_one_span(name: str, traced: None, spans: Spans) -> None:
    with serving(name, application) as port:
        assert asked(port, traceparent=f"00-{5:032x}-{6:016x}-01") == (200, SIZE)
    request, work = spans(2)
    assert (request["name"], request["resource"], request["parent"]) == ("wsgi.request", "GET 200", "remote")
    assert request["attributes"]["url.full"] == f"http://127.0.0.1:{port}/a/b?c=d"
    assert (work["parent"], spans.last[0]["trace_id"]) == ("wsgi.request", 5)


@pytest.mark.parametrize("name", list(WSGI_SERVERS))
def test_an_application_that_is_traced_already(name: str, traced: None, spans: Spans) -> None:
    with serving(name, vedette.instrument_wsgi(application)) as port:
        assert asked(port) == (200, SIZE)
    assert [span["name"] for span in spans(2)] == ["wsgi.request", "work"]


def test_off_again(spans: Spans) -> None:
    with serving("wsgiref", application) as port:
        assert asked(port) == (200, SIZE)
    assert [span["name"] for span in spans(1)] == ["work"]
