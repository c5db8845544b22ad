"""Bodies of requests as data: JSON, forms, multipart forms; anything else as text."""
from __future__ import annotations

import json

from vedette.protection.addresses import query_fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def body_addresses(content_type: str, body: bytes, whole: bool) -> dict[str, Any]:
    """The addresses that a body fills. A body that was cut, or is not what it says, is inspected as text."""
    kind = content_type.partition(";")[0].strip().lower()
    if "json" in kind:
        return {"server.request.body": _json(body, whole)}
    if kind == "application/x-www-form-urlencoded":
        return {"server.request.body": query_fields(body.decode("utf-8", "replace"))}
    if kind == "multipart/form-data":
        return _multipart(content_type, body)
    return {"server.request.body": body.decode("utf-8", "replace")}


def _json(body: bytes, whole: bool) -> Any:
    text = body.decode("utf-8", "replace")
    if not whole:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """Fields by name, and the names of files. Contents of files are not inspected."""
    boundary = _parameter(content_type, "boundary")
    fields: dict[str, list[str]] = {}
    names: list[str] = []
    for part in body.split(b"--" + boundary.encode("latin-1", "replace"))[1:] if boundary else ():
        head, _, content = part.partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        file_name = _parameter(disposition, "filename")
        if file_name:
            names.append(file_name)
        else:
            text = content.rpartition(b"\r\n")[0] if content.endswith(b"\r\n") else content
            fields.setdefault(_parameter(disposition, "name"), []).append(text.decode("utf-8", "replace"))
    addresses: dict[str, Any] = {"server.request.body": fields}
    if names:
        addresses["server.request.body.filenames"] = names
    return addresses


def _disposition(head: str) -> str:
    lines = (line for line in head.splitlines() if line.lower().startswith("content-disposition:"))
    return next(lines, "")


def _parameter(header: str, name: str) -> str:
    """A parameter of a header (`name=value` or `name="value"`), empty if it is not there."""
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""
