"""How a request says who sends it: by which header, cookie or parameter, not with what."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

NONE = "none"
_SCHEMES = ("bearer", "basic", "digest", "negotiate", "ntlm", "hoba", "aws4-hmac-sha256", "dpop", "token", "apikey")
_KEY_HEADERS = (
    "x-api-key", "api-key", "apikey", "x-apikey", "x-auth-token", "x-access-token", "x-auth-key", "x-api-token",
    "ocp-apim-subscription-key", "x-functions-key", "x-goog-api-key", "private-token", "x-amz-security-token",
)  # fmt: skip
_KEY_PARAMETERS = ("api_key", "apikey", "api-key", "access_token", "auth_token", "key", "sig", "token")
_SESSION_COOKIES = (
    "session", "sessionid", "session_id", "sid", "phpsessid", "jsessionid", "connect.sid", "asp.net_sessionid",
    "laravel_session", "_session_id", "auth", "auth_token", "access_token", "token", "jwt", "remember_token",
    "rememberme", "__session", "next-auth.session-token", "__secure-next-auth.session-token", "__host-session",
)  # fmt: skip


def kinds_of(headers: dict[str, Any], cookies: Iterable[str], parameters: Iterable[str]) -> list[str]:
    """What the request authenticates with.

    `bearer` (`bearer:jwt` where the token is one), `basic`, `digest`, or another scheme of the `Authorization` header
    (RFC 9110, section 11.6.2); `api_key:header:<name>`, `api_key:query:<name>`; `cookie:<name>`. `none` if nothing
    of it is there.
    """
    found = [
        *_schemes(headers.get("authorization")),
        *(f"api_key:header:{name}" for name in _KEY_HEADERS if headers.get(name)),
        *(f"api_key:query:{name}" for name in parameters if name.lower() in _KEY_PARAMETERS),
        *(f"cookie:{name}" for name in cookies if _is_session(name)),
    ]
    return found or [NONE]


def _schemes(header: Any) -> Iterator[str]:
    for value in header if isinstance(header, list) else (header,):
        scheme, _, credentials = value.partition(" ") if isinstance(value, str) else ("", "", "")
        scheme = scheme.lower()
        if scheme == "bearer" and bearer_token(value) is not None:
            yield "bearer:jwt"
        elif scheme in _SCHEMES and credentials:
            yield scheme


def bearer_token(header: Any) -> str | None:
    """The JSON web token of an `Authorization` header (RFC 6750, RFC 7519); None if there is none."""
    if not isinstance(header, str) or header[:7].lower() != "bearer ":
        return None
    token = header[7:].strip()
    return token if token.startswith("eyJ") and token.count(".") == 2 else None


def _is_session(name: str) -> bool:
    lower = name.lower()
    return lower in _SESSION_COOKIES or lower.endswith(("_session", "-session", "sessionid", "_session_id"))
