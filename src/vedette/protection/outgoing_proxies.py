"""Proxies that the environment names: connections to them lead inside, and say nothing of the URL asked for."""

from __future__ import annotations

import os
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Proxy = tuple[Union[str, None], Union[int, None]]

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}
_LOCAL = ("127.0.0.1", "::1")


def leads_to_proxy(url: str, address: str, port: int) -> bool:
    """Whether a connection for this URL may be one to the proxy that HTTP clients take for it (`http_proxy`, ...).

    A proxy that is named by its address is known by that and its port; of one with a name the port has to do, since
    nothing is resolved here.
    """
    scheme = url.partition(":")[0].lower()
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    told = (os.environ.get(name) for name in names)
    return any(_is_it(_proxy(text), address, port) for text in told if text)


def _is_it(proxy: Proxy, address: str, port: int) -> bool:
    host, its_port = proxy
    if host is None or its_port != port:
        return False
    if host == "localhost":
        return address in _LOCAL
    return host == address or not _is_address(host)


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


@lru_cache(maxsize=8)
def _proxy(text: str) -> Proxy:
    """Host and port out of a variable; the scheme may be missing."""
    from urllib.parse import urlsplit  # only where there is a proxy

    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        return parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:  # no URL, as the client will say
        return None, None
