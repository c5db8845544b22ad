"""A case as the request that protection would be shown."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from vedette.operations import IncomingRequest
from vedette.protection import addresses
from vedette.protection.bodies import body_parts

PARTS = frozenset(
    ("method", "path", "query", "header", "cookie", "form", "json", "xml", "text", "multipart", "file", "path_params")
)
"""What a request is said by; all are as they are sent, but for the values of `json`, `multipart` and `path_params`."""

_BOUNDARY = "trial-boundary"
_BODIES = ("form", "json", "xml", "text", "multipart", "file")


class _Headers(dict[str, str]):
    """Headers by lower-case name, as integrations give them."""


def shown(said: dict[str, Any]) -> tuple[dict[str, Any], list[addresses.Raw]]:
    """What an `Inspection` is given for a request: data by address, and parts as they were sent."""
    headers = {"host": "shop.example.com"}
    headers.update((name.lower(), str(value)) for name, value in said.get("header", {}).items())
    path, query = said.get("path", "/"), said.get("query", "")
    if isinstance(query, dict):
        query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in query.items())
    uri = f"{path}?{query}" if query else path
    operation = IncomingRequest(
        "trial", said.get("method", "GET"), f"http://shop.example.com{uri}", path, query, _Headers(headers), None
    )
    known = addresses.of_request(operation, headers, None)
    raw = addresses.raw_parts(operation, said.get("cookie"))
    if "path_params" in said:
        known[addresses.PATH_PARAMS] = said["path_params"]
    more, more_raw = _body(said)
    return {**known, **more}, [*raw, *more_raw]


def _encoded(value: Any) -> str:
    return quote(str(value), safe="")


def _body(said: dict[str, Any]) -> tuple[dict[str, Any], list[addresses.Raw]]:
    kind = next((kind for kind in _BODIES if kind in said), None)
    if kind is None:
        return {}, []
    content_type, body = _written(kind, said)
    return body_parts(content_type, body.encode("utf-8", "surrogatepass"), True)


def _written(kind: str, said: dict[str, Any]) -> tuple[str, str]:
    """Content type and text of a body."""
    content = said[kind]
    if kind == "json":
        return "application/json", json.dumps(content)
    if kind == "form":
        pairs = content.items() if isinstance(content, dict) else ()
        text = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)
        return "application/x-www-form-urlencoded", text or str(content)
    if kind == "xml":
        return "application/xml", str(content)
    if kind == "text":
        return "text/plain", str(content)
    return f"multipart/form-data; boundary={_BOUNDARY}", _multipart(said)


def _multipart(said: dict[str, Any]) -> str:
    fields = [_part(f'name="{name}"', str(value)) for name, value in said.get("multipart", {}).items()]
    if "file" in said:
        name = str(said["file"]).replace('"', '\\"')
        fields.append(_part(f'name="upload"; filename="{name}"\r\nContent-Type: application/octet-stream', "content"))
    return "".join(fields) + f"--{_BOUNDARY}--\r\n"


def _part(head: str, content: str) -> str:
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
