"""What an ASGI scope says of the URL, whatever is in it."""

from __future__ import annotations

from collections import UserDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette._native import asgi_target, first_header

SCOPE: dict[str, Any] = {
    "scheme": "https",
    "path": "/caf\u00e9",
    "raw_path": b"/caf%C3%A9",
    "query_string": b"a=1",
    "headers": [(b"Host", b"shop.example"), (b"host", b"second")],
    "server": ("127.0.0.1", 8000),
}


@pytest.mark.parametrize(
    ("change", "url"),
    [
        ({}, "https://shop.example/caf%C3%A9?a=1"),
        ({"raw_path": b"/a?a=1"}, "https://shop.example/a?a=1"),
        ({"raw_path": None, "query_string": b""}, "https://shop.example/caf\u00e9"),
        ({"query_string": "text", "headers": ()}, "https://127.0.0.1:8000/caf%C3%A9?text"),
        ({"headers": [[b"host", b""]], "server": ("/run/shop.sock", None)}, "https:///run/shop.sock/caf%C3%A9?a=1"),
        ({"headers": None, "server": None, "scheme": None, "query_string": None}, "http:///caf%C3%A9"),
        ({"headers": [[b"host", b"caf\xe9"]], "query_string": b"\xe9"}, "https://caf\u00e9/caf%C3%A9?\u00e9"),
    ],
)
def test_url(change: dict[str, Any], url: str) -> None:
    assert asgi_target({**SCOPE, **change})[0] == url
    assert asgi_target(UserDict({**SCOPE, **change}))[0] == url


_ANYTHING = st.recursive(
    st.none() | st.integers() | st.text() | st.binary(), lambda inner: st.lists(inner, max_size=3) | st.tuples(inner)
)


@given(st.dictionaries(st.sampled_from(sorted(SCOPE)), _ANYTHING))
def test_any_scope_has_a_url(scope: dict[str, Any]) -> None:
    url, query = asgi_target(scope)
    assert "://" in url
    assert url.endswith(query)


@given(_ANYTHING, st.text())
def test_any_headers_can_be_asked(pairs: Any, name: str) -> None:
    assert isinstance(first_header(pairs, name), (str, type(None)))
