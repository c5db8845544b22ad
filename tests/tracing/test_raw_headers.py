"""Headers as lists of bytes: lines, pairs, and pairs with the name in small letters."""

from __future__ import annotations

from typing import Any

import pytest

import vedette
from vedette import _native

LINES = [b"GET http://there:80/ HTTP/1.1", b"Host: there", b"X-Two:  a:b ", b"x-two: second"]
TRIPLES = [(b"Host", b"host", b"there"), (b"X-Two", b"x-two", b"a:b"), (b"x-two", b"x-two", b"second")]
PAIRS = [(name, value) for name, _, value in TRIPLES]
FORMS = pytest.mark.parametrize(("entries", "names"), [(LINES, 0), (PAIRS, 1), (TRIPLES, 2)])


@FORMS
def test_names_are_found_in_any_case(entries: list[Any], names: int) -> None:
    headers = _native.RawHeaders(list(entries), names)
    assert headers.get("HOST") == "there"
    assert headers.get("x-two") == "a:b"
    assert headers.get("x") is None


@FORMS
def test_what_is_put_there_takes_the_place_of_all_of_its_name(entries: list[Any], names: int) -> None:
    entries = list(entries)
    headers = _native.RawHeaders(entries, names)
    headers["X-TWO"] = "new"
    assert headers.get("x-two") == "new"
    assert len(entries) == {0: 3, 1: 2, 2: 2}[names]
    assert entries[-1] == {0: b"X-TWO: new", 1: (b"X-TWO", b"new"), 2: (b"X-TWO", b"X-TWO", b"new")}[names]


@FORMS
def test_all_of_them(entries: list[Any], names: int) -> None:
    found = _native.RawHeaders(list(entries), names).items()
    assert found == [(b"Host", b"there"), (b"X-Two", b"a:b"), (b"x-two", b"second")]


@FORMS
def test_the_trace_context_goes_in(in_memory: None, entries: list[Any], names: int) -> None:
    entries = list(entries)
    headers: Any = _native.RawHeaders(entries, names)
    with vedette.tracer.span("work") as span:
        vedette.inject(headers, span)
    assert vedette.extract([(name.lower(), value) for name, value in headers.items()]).span_id == span.span_id


@pytest.mark.parametrize("names", [0, 1, 2])
def test_what_is_no_header_is_passed_over(names: int) -> None:
    odd = [None, "text", b"", b"no colon", (), (b"alone",), ("a", "b", "c"), (b"a", 1, 2), b":", b"GET / HTTP/1.1"]
    headers = _native.RawHeaders(odd, names)
    assert headers.get("a") is None
    headers.items()
    headers["a"] = "b"
    assert headers.get("A") == "b"


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="names"):
        _native.RawHeaders([], 3)
