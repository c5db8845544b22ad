"""Who sent a request: the first public address that the proxies before us name, else the connection's peer."""
from __future__ import annotations

import ipaddress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.operations.incoming_request import Headers

_HEADERS = (
    "x-forwarded-for", "x-real-ip", "true-client-ip", "x-client-ip", "forwarded-for",
    "x-cluster-client-ip", "fastly-client-ip", "cf-connecting-ip", "cf-connecting-ipv6",
)  # fmt: skip


def client_address(headers: Headers, peer: str | None, only: str | None) -> str | None:
    """The client's address; `only` names the one header to look at. Private ones count only if nothing else does."""
    fallback = None
    for name in (only.lower(),) if only else _HEADERS:
        for item in (headers.get(name) or "").split(","):
            address = _address(item.strip())
            if address is not None and address.is_global:
                return str(address)
            fallback = fallback or address
    mine = _address(peer or "")
    if fallback is None or (mine is not None and mine.is_global):
        return peer
    return str(fallback)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, without the port and the brackets that proxies add."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
