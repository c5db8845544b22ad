"""Bodies of all kinds: what is in them is found, however it is written."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette._native import Inspection
from vedette.protection.bodies import body_parts
from vedette.protection.compressed import unpacked
from vedette.protection.rule_file import read_rules

ATTACK = "' or 1=1 -- "
RULES = read_rules(None)


def found(content_type: str, body: bytes, whole: bool = True) -> list[tuple[str, list[str]]]:
    """Where the injection was found."""
    known, raw = body_parts(content_type, body, whole)
    findings, _ = Inspection(RULES, 1.0, 20, 1_000).evaluate(known, raw)
    return [(one["address"], one["key_path"]) for one in findings if one["tags"]["type"] == "sql_injection"]


FORM = f"--b\r\nContent-Disposition: form-data; name=q\r\n\r\n{ATTACK}\r\n--b--\r\n"
FILE = f'--b\r\nContent-Disposition: form-data; name=f; filename="{ATTACK}.png"\r\n\r\nx\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("content_type", "text", "where"),
    [
        ("application/json", json.dumps({"a": [1, ATTACK]}), ["a", "1"]),
        ("application/vnd.api+json; charset=utf-8", json.dumps({"a": json.dumps({"b": ATTACK})}), ["a", "b"]),
        ("application/xml", f"<a><b c='1'>{ATTACK.replace(chr(39), '&apos;')}</b></a>", ["1", "a", "b", "#text"]),
        ("text/xml", "<a b='&#39; or 1=1 --'/>", ["1", "a", "@b"]),
        ("application/x-www-form-urlencoded", "q=%27+or+1%3D1+--+", ["q", "0"]),
        ("multipart/form-data; boundary=b", FORM, ["q", "0"]),
        ('multipart/form-data; boundary="b"', FORM.replace("\r\n", "\n"), ["q", "0"]),
        ("multipart/form-data; boundary=c", FORM, []),
        ("multipart/form-data", FORM, []),
        ("text/plain", ATTACK, []),
    ],
)
def test_injections_are_found(content_type: str, text: str, where: list[str]) -> None:
    assert found(content_type, text.encode()) == [("server.request.body", where)]


def test_names_of_files() -> None:
    known, _ = body_parts("multipart/form-data; boundary=b", FILE.encode(), True)
    assert known["server.request.body.filenames"] == [f"{ATTACK}.png"]


@pytest.mark.parametrize("charset", ["utf-16", "UTF-16LE", "utf_32", "utf-7", "u7", "u16", "cp037", "IBM500", "cp1026"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
def test_encodings_hide_nothing(kind: str, charset: str) -> None:
    text = json.dumps({"q": ATTACK}) if "json" in kind else f"q={ATTACK}"
    assert found(f"{kind}; charset={charset}", text.encode(charset)) != []


def test_escapes_are_no_hiding_place() -> None:
    assert found("text/plain; charset=unicode_escape", ATTACK.replace("'", "\\x27").encode()) != []


def test_charsets_that_clients_make_up_are_not_remembered() -> None:
    import encodings

    found("text/plain; charset=utf-16-made-up", ATTACK.encode())
    found("text/plain; charset=made-up", ATTACK.encode())
    assert not [name for name in encodings._cache if "made" in name]  # type: ignore[attr-defined]


def test_a_header_without_end_is_not_read_to_its_end() -> None:
    many = FILE.replace("filename", ";a=1" * 200_000 + ";filename").replace("\r\nx\r\n", f"\r\n{ATTACK}\r\n")
    known, _ = body_parts("multipart/form-data; boundary=b", many.encode(), True)
    assert known["server.request.body"]["f"] == [ATTACK.encode()]


def test_behind_many_parts_nothing_is_hidden_by_the_name_of_a_file() -> None:
    body = b"--b\r\n\r\n" * 999 + FILE.replace(ATTACK, "x").replace("--b--", "").encode() + FORM.encode()
    assert found("multipart/form-data; boundary=b", body) != []


@pytest.mark.parametrize("charset", ["utf-16", "nonsense", "hex", "zlib", "utf-7", "\0"])
@pytest.mark.parametrize("kind", ["application/json", "application/xml", "multipart/form-data", "text/plain", "", ";;"])
def test_contradictions_are_inspected_as_they_are(kind: str, charset: str) -> None:
    for body in (b"", b"\xff\xfe\x00", b"{", b"<a", b"--", bytes(range(256))):
        found(f"{kind}; charset={charset}; boundary={charset}", body, whole=False)


def test_what_is_in_files() -> None:
    known, _ = body_parts(
        "multipart/form-data; boundary=b", FILE.replace("x\r\n--b--", "y" * 9_000 + "\r\n--b--").encode(), True
    )
    assert known["server.request.body.files_content"] == [b"y" * 4_096]


def _packed(encodings: str, body: bytes) -> bytes:
    for name in encodings.split(", "):
        window = {"gzip": 31, "x-gzip": 31, "deflate": 15, "bare": -15}[name]
        packer = zlib.compressobj(wbits=window)
        body = packer.compress(body) + packer.flush()
    return body


@pytest.mark.parametrize("encodings", ["gzip", "x-gzip", "deflate", "bare", "gzip, gzip", "deflate, gzip"])
def test_compressed(encodings: str) -> None:
    packed = _packed(encodings, b"plain")
    assert unpacked(encodings.replace("bare", "deflate").upper(), packed, 100) == (b"plain", None)
    assert unpacked(encodings.replace("bare", "deflate"), packed[:-3], 100)[1] in ("limit", "compressed")


@pytest.mark.parametrize("encodings", ["gzip", "deflate", "gzip, gzip", "deflate, deflate, gzip"])
def test_bombs_are_not_unpacked(encodings: str) -> None:
    bomb = _packed(encodings, bytes(50_000_000))
    content, reason = unpacked(encodings, bomb, 1_000)
    assert (len(content) <= 1_000, reason) == (True, "limit")


@pytest.mark.parametrize("encodings", ["br", "zstd", "gzip", "deflate", "gzip, gzip, gzip, gzip", "gzip, br"])
def test_what_can_not_be_unpacked_is_said(encodings: str) -> None:
    assert unpacked(encodings, b"no such thing", 100) == (b"no such thing", "compressed")


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "gzip,deflate", ",", "identity"]))
def test_no_body_is_too_odd(body: bytes, encodings: str) -> None:
    content, reason = unpacked(encodings, body, 50)
    assert reason in (None, "limit", "compressed")
    assert content == body or len(content) <= 50
