"""Who sent a request: the first public address that the proxies before us name, else the connection's peer."""

from __future__ import annotations

from vedette import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.operations.incoming_request import Headers

_HEADERS = (
    "x-forwarded-for", "x-real-ip", "true-client-ip", "x-client-ip", "forwarded-for",
    "x-cluster-client-ip", "fastly-client-ip", "cf-connecting-ip", "cf-connecting-ipv6",
)  # fmt: skip


def client_address(headers: Headers | dict[str, Any], peer: str | None, only: str | None) -> str | None:
    """The client's address; `only` names the one header to look at. Private addresses count if there is no other."""
    named: list[str] = []
    for name in (only.lower(),) if only else _HEADERS:
        value = headers.get(name)
        if value is not None:
            named += value if isinstance(value, list) else (value,)
    return _native.client_address(named, peer) if named else peer
