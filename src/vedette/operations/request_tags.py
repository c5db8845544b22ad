"""What requests tell of headers and addresses where the user asks for it; nothing by itself."""

from __future__ import annotations

from vedette.operations.client_address import client_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-/.")
_EVERY = "*"


class RequestTags:
    """The settings `header_tags`, `client_ip_enabled`, `client_ip_header`, `client_query_string`, `http_endpoint`."""

    __slots__ = ("address", "address_header", "asked", "endpoints", "headers", "outgoing_query")

    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {}
        """Lower-case name of a header to its tag; an empty one stands for the usual name. `*` is every header."""
        self.address = False
        self.address_header: str | None = None
        self.outgoing_query = True
        self.endpoints = ""
        """Which requests tell an endpoint made of their path: `all`, `unrouted`, or none."""
        self.asked = False
        """Whether there is anything to do for an incoming request's beginning."""

    def configure(
        self, headers: Mapping[str, str], address: bool, address_header: str | None, outgoing_query: bool
    ) -> None:
        """Puts settings in force."""
        self.headers = headers
        self.address = address
        self.address_header = address_header
        self.outgoing_query = outgoing_query
        self.asked = bool(headers) or address

    def of_incoming(self, headers: Any, peer: str | None) -> dict[str, Any]:
        """Of a request's headers, and of who sent it."""
        told = self.of_headers(headers, "request")
        if self.address:
            told["client.address"] = client_address(headers, peer, self.address_header)
        return told

    def of_headers(self, headers: Any, side: str) -> dict[str, Any]:
        """Tags of the headers of a `request` or `response`."""
        if not self.headers or headers is None:
            return {}
        return dict(self._told(headers, side))

    def _told(self, headers: Any, side: str) -> Iterator[tuple[str, str]]:
        wanted = self.headers
        for name, value in headers.items():
            name = _text(name).lower()
            tag = wanted.get(name)
            if tag is None and _EVERY in wanted:
                tag = ""
            if tag is not None:
                yield tag or f"http.{side}.headers.{_normal(name)}", _text(value)


TAGS = RequestTags()
"""Of this process."""


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _normal(name: str) -> str:
    return "".join(letter if letter in _PLAIN else "_" for letter in name.strip())
