"""The parts of a JSON web token (RFC 7519), for their shapes."""

from __future__ import annotations

import base64
import json

from vedette.protection.api_security.authentication import bearer_token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST = 16_384
"""Bytes of a token that is read."""


def token_parts(header: Any) -> dict[str, Any] | None:
    """Header and payload of the bearer token, and whether there is a signature; None if there is no readable token."""
    token = bearer_token(header)
    if token is None or len(token) > _MOST:
        return None
    header, payload, signature = token.split(".")
    try:
        return {"header": _read(header), "payload": _read(payload), "signature": {"available": bool(signature)}}
    except (ValueError, RecursionError):
        return None


def _read(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
