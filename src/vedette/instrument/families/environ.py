"""What a WSGI environ (PEP 3333) tells of a request."""

from __future__ import annotations

from string import ascii_letters, digits
from urllib.parse import quote

from vedette.operations import IncomingRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def incoming(name: str, environ: dict[str, Any]) -> IncomingRequest:
    """The request that an environ describes."""
    get = environ.get
    query = get("QUERY_STRING") or ""
    raw = path_of(environ)
    url = _url(environ, raw, query)
    path = raw if raw.isascii() else decoded(raw)
    operation = IncomingRequest(name, get("REQUEST_METHOD", ""), url, path, query, EnvironHeaders(environ), environ)
    operation.peer = get("REMOTE_ADDR")
    operation.version = get("SERVER_PROTOCOL", "")[5:] or None
    return operation


class EnvironHeaders:
    """Request headers as a WSGI environ holds them."""

    __slots__ = ("environ",)

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ

    def get(self, name: str) -> str | None:
        """The value of a header, by its lower-case name."""
        value = self.environ.get(_KEYS.get(name) or _key_of(name))
        return value if isinstance(value, str) else None

    def items(self) -> Iterator[tuple[str, str]]:
        """All headers, names in lower case."""
        for key, value in self.environ.items():
            name = _NAMES.get(key) or _named(key)
            if name and value and isinstance(value, str):
                yield name, value


_NAMES = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
"""Names of headers by their keys in an environ, as far as they have been seen."""
_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH", "user-agent": "HTTP_USER_AGENT"}
"""The same the other way round, for those that are asked for most."""
_MOST_NAMES = 500


def _key_of(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


def _named(key: str) -> str | None:
    if not key.startswith("HTTP_"):
        return None
    name = key[5:].lower().replace("_", "-")
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[key] = name
    return name


def path_of(environ: dict[str, Any]) -> str:
    """The whole path, bytes as letters."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path


def decoded(path: str) -> str:
    """Servers hand the path over as if it were Latin-1 (PEP 3333)."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _url(environ: dict[str, Any], path: str, query: str) -> str:
    get = environ.get
    scheme = get("wsgi.url_scheme", "http")
    host = get("HTTP_HOST") or _server(environ, scheme)
    # The servers' own record of the request line is exact; PATH_INFO has lost the encoding.
    raw = get("RAW_URI") or get("REQUEST_URI") or ""
    if raw.startswith("/"):
        return f"{scheme}://{host}{raw}" if "?" in raw or not query else f"{scheme}://{host}{raw}?{query}"
    quoted = path if _PLAIN.issuperset(path) else quote(path.encode("latin-1", "replace"), safe=_SAFE)
    return f"{scheme}://{host}{quoted}?{query}" if query else f"{scheme}://{host}{quoted}"


_SAFE = "/:;@!$&'()*+,=~%"
_PLAIN = frozenset(_SAFE + "-._" + ascii_letters + digits)
"""Letters of a path that stay as they are."""


def _server(environ: dict[str, Any], scheme: str) -> str:
    name, port = environ.get("SERVER_NAME", ""), environ.get("SERVER_PORT", "")
    return name if (scheme, port) in (("http", "80"), ("https", "443")) else f"{name}:{port}"
