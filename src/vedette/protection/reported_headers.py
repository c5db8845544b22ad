"""Headers that a request's span tells: a few of every request, more where something was found.

Never cookies, and nothing that authorises. The names are those that Datadog's users know from their attacks.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

ALWAYS = frozenset(
    (
        "accept", "akamai-user-risk", "cf-ray", "cloudfront-viewer-ja3-fingerprint", "content-type", "user-agent",
        "x-amzn-trace-id", "x-appgw-trace-id", "x-cloud-trace-context", "x-sigsci-requestid", "x-sigsci-tags",
    )
)  # fmt: skip
"""What kind of client, and the ids under which other products saw the request."""
ADDRESSES = frozenset(
    (
        "cf-connecting-ip", "cf-connecting-ipv6", "fastly-client-ip", "forwarded", "forwarded-for", "true-client-ip",
        "via", "x-client-ip", "x-cluster-client-ip", "x-forwarded", "x-forwarded-for", "x-real-ip",
    )
)  # fmt: skip
"""Where a request says that it came from."""
FOUND = ALWAYS | ADDRESSES | {
    "accept-encoding", "accept-language", "content-encoding", "content-language", "content-length", "host",
}  # fmt: skip
"""Where something was found."""
_OF_RESPONSE = ("content-encoding", "content-language", "content-length", "content-type")
_MOST = 1_000
"""Characters of one value."""


REQUEST_ALWAYS = {name: f"http.request.headers.{name}" for name in sorted(ALWAYS)}
REQUEST_FOUND = {name: f"http.request.headers.{name}" for name in sorted(FOUND)}
RESPONSE = {name: f"http.response.headers.{name}" for name in _OF_RESPONSE}


def tags(headers: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, str]:
    """Tags for those of some headers (by lower-case name) that are `wanted`, name to tag."""
    return {tag: _text(headers[name]) for name, tag in wanted.items() if name in headers}


def _text(value: Any) -> str:
    text = value if type(value) is str else ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:_MOST]
