"""Bodies of requests as data: JSON, XML, forms, multipart forms; anything else as text."""

from __future__ import annotations

import json
from encodings import normalize_encoding
from encodings.aliases import aliases

from vedette.protection.addresses import BODY, FILE_CONTENTS, FILE_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.protection.addresses import Raw

_MOST_PARTS = 1_000
"""Parts of a multipart form that are looked at one by one."""
_MOST_OF_FILE = 4_096
"""Bytes of an uploaded file that are looked at."""


def body_parts(content_type: str, body: bytes, whole: bool) -> tuple[dict[str, Any], list[Raw]]:
    """The addresses that a body fills. A body that was cut, or is not what it says, is inspected as text."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart(content_type, body), []
    body = _decoded(_parameter(content_type, "charset"), body)
    if "json" in kind:
        return {}, [(BODY, "json" if whole else "pieces", _utf8(body))]
    if "xml" in kind:
        return {}, [(BODY, "xml", _utf8(body))]
    return {}, [(BODY, "form" if kind == "application/x-www-form-urlencoded" else "text", body)]


_NOT_ASCII = frozenset(
    (
        "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7", "unicode_escape",
        "raw_unicode_escape", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3",
        "iso2022_jp_ext", "iso2022_kr", "cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140",
    )
)  # fmt: skip
"""Python's encodings in which what looks like ASCII may be something else."""


def _decoded(charset: str, body: bytes) -> bytes:
    """A body in UTF-8, if its content type names an encoding that would hide what it says."""
    # Never by `codecs.lookup`: it remembers each name that a client makes up.
    name = normalize_encoding(charset).lower()
    name = aliases.get(name, name)
    return body.decode(name, "replace").encode("utf-8", "replace") if name in _NOT_ASCII else body


def _utf8(body: bytes) -> bytes:
    """JSON in UTF-8, without a mark: Python's reader takes all three Unicode encodings (RFC 4627, section 3)."""
    if body[:1] not in (b"\xef", b"\xfe", b"\xff") and 0 not in body[:4]:
        return body
    encoding = json.detect_encoding(body)
    return body.decode(encoding, "replace").encode("utf-8", "replace")


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """Fields by name; names of files, and the beginnings of what is in them."""
    boundary = _parameter(content_type, "boundary")
    if not boundary:
        return {BODY: body}
    fields: dict[str, list[bytes]] = {}
    names: list[str] = []
    contents: list[bytes] = []
    _, *parts = body.split(b"--" + boundary.encode("latin-1", "replace"), _MOST_PARTS)
    if len(parts) == _MOST_PARTS:
        fields[""] = [parts.pop()]  # the rest, as the text it is: what its first part says holds for that part alone
    for part in parts:
        head, ended, content = part.partition(b"\r\n\r\n")
        if not ended:
            head, _, content = part.partition(b"\n\n")  # as some readers take it
        disposition = _disposition(head.decode("utf-8", "replace"))
        file_name = _parameter(disposition, "filename") or _parameter(disposition, "filename*")
        if file_name:
            names.append(file_name)
            contents.append(content[:_MOST_OF_FILE])
        else:
            fields.setdefault(_parameter(disposition, "name"), []).append(content.rstrip(b"\r\n"))
    if not fields and not names:
        return {BODY: body}  # no parts that we know of
    return {BODY: fields, FILE_NAMES: names, FILE_CONTENTS: contents} if names else {BODY: fields}


def _disposition(head: str) -> str:
    lines = (line for line in head.splitlines() if line.lower().startswith("content-disposition:"))
    return next(lines, "")


_LONGEST = 4_096
"""Letters of a header that are read: each parameter copies the rest."""


def _parameter(header: str, name: str) -> str:
    """A parameter of a header (`name=value` or `name="value"`), empty if it is not there."""
    rest = header[:_LONGEST].partition(";")[2]
    while rest:
        key, _, rest = rest.partition("=")
        value, rest = _value(rest.lstrip())
        if key.strip().lower() == name:
            return value
    return ""


def _value(text: str) -> tuple[str, str]:
    """A parameter's value, quoted (RFC 9110, section 5.6.4) or not, and what follows after it."""
    if not text.startswith('"'):
        value, _, rest = text.partition(";")
        return value.strip(), rest
    end = 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    return text[1:end].replace('\\"', '"'), text[end + 1 :].partition(";")[2]
