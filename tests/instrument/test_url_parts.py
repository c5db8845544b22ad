"""The parts of a URL that an outgoing request tells, and what its span makes of the whole."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vedette
from vedette._native import url_parts
from vedette.operations import OutgoingRequest
from vedette.operations.request_tags import TAGS


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://shop.example/cart?page=2#top", ("shop.example", 80, "/cart")),
        ("HTTPS://Shop.Example", ("shop.example", 443, "/")),
        ("http://me:se@cret@shop.example:8080/", ("shop.example", 8080, "/")),
        ("http://[::1]:81/a//b", ("::1", 81, "/a//b")),
        ("http://[::1]", ("::1", 80, "/")),
        ("http://shop.example?next=/cart", ("shop.example", 80, "/")),
        ("http://shop.example:/", ("shop.example", 80, "/")),
        ("http://shop.example:port/", ("shop.example", 80, "/")),
        ("shop://cart/7", ("cart", None, "/7")),
        ("unix:///run/shop.sock", (None, None, "/run/shop.sock")),
        ("/cart?from=http://shop.example", (None, None, "/cart")),
        ("", (None, None, "/")),
    ],
)
def test_parts(url: str, parts: tuple[str | None, int | None, str]) -> None:
    assert url_parts(url) == parts


@given(st.text())
def test_any_text_has_parts(text: str) -> None:
    host, port, path = url_parts(text)
    assert host != ""
    assert port is None or port >= 0
    assert path


_NAMES = st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True)
_PATHS = st.from_regex(r"(/[A-Za-z0-9._~:@!$&'()*+,;=%-]{0,8}){0,4}", fullmatch=True)


@given(_NAMES, st.integers(0, 65535), _PATHS, st.from_regex(r"[a-z=&/?:@]{0,12}", fullmatch=True))
def test_as_the_standard_library_splits(host: str, port: int, path: str, query: str) -> None:
    url = f"http://{host}:{port}{path}?{query}"
    split = urlsplit(url)
    assert url_parts(url) == (split.hostname, split.port, split.path or "/")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://me:secret@shop.example/a?b=1", "http://shop.example/a?b=1"),
        ("http://me:se@cret@shop.example", "http://shop.example"),
        ("http://shop.example/@me", "http://shop.example/@me"),
        ("http://shop.example?mail=me@shop.example", "http://shop.example?mail=me@shop.example"),
        ("mailto:me@shop.example", "mailto:me@shop.example"),
    ],
)
def test_user_information_is_cut(url: str, told: str) -> None:
    assert _full(url) == told


def test_queries_are_cut_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TAGS, "outgoing_query", False)
    assert _full("http://me@shop.example/a?b=1") == "http://shop.example/a"


def _full(url: str) -> object:
    with vedette.tracer.span("outgoing") as span:
        OutgoingRequest("outgoing", "GET", url, None).begin(span)
        return span.attributes["url.full"]
