"""Users as libraries and applications hold them: which of their fields say who they are."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import Attempt, IncomingRequest, Login
from vedette.operations.login import MET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vedette._native import Call

IDS = ("pk", "id", "user_id", "uuid", "uid", "identity", "sub")
LOGINS = ("username", "login", "user_name", "email", "identity", "display_name")
_MOST_BASIC = 2_048
"""Letters of a header that are decoded for the name in it."""


def field(user: Any, names: Iterable[str]) -> Any:
    """The first of these fields that the user has. A property that raises, or asks a database in vain, has none."""
    for name in names:
        try:
            value = user.get(name) if isinstance(user, dict) else getattr(user, name, None)
        except Exception:  # whatever the application's property raises
            continue
        if value is not None and not callable(value):
            return value
    return None


def login_of(
    user: Any, event: str = MET, ids: Iterable[str] = IDS, logins: Iterable[str] = LOGINS, session_id: object = None
) -> Login:
    """What happened to a user, as an operation."""
    return Login(event, field(user, ids), field(user, logins), session_id, exists=True)


def heard(call: Call) -> None:
    """A describer for a function whose result tells of a user: it is looked at where somebody listens."""
    if Login.listeners:
        call.target = call.target  # said explicitly: the call is to be watched, though nothing is told before it


def is_authenticated(user: Any) -> bool:
    """Whether it is somebody. Some libraries have a method here, others a property, others nothing at all."""
    if user is None:
        return False
    try:
        known = getattr(user, "is_authenticated", True)
        return bool(known() if callable(known) else known)
    except Exception:
        return False


def attempted(login: object, signs_in: bool) -> None:
    """Credentials came with the request under way; its answer will tell what became of them."""
    operation = enclosing(IncomingRequest)
    if operation is not None and operation.listeners and login:
        operation.attempt = Attempt(login, signs_in)


def settled() -> None:
    """The library itself told what became of the credentials."""
    operation = enclosing(IncomingRequest)
    if operation is not None:
        operation.attempt = None


def basic_login(header: object) -> str | None:
    """The name in an `Authorization` header of HTTP Basic (RFC 7617); None for any other."""
    if not isinstance(header, str) or header[:6].lower() != "basic ":
        return None
    from binascii import Error, a2b_base64  # only where there are credentials

    try:
        decoded = a2b_base64(header[6:_MOST_BASIC].strip()).decode("utf-8")
    except (Error, ValueError):
        return None
    name, colon, _ = decoded.partition(":")
    return name or None if colon else None
