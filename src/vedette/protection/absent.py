"""What applications tell protection where the native module can't be loaded: nothing is told of it, nothing raised."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.protection.sdk import Metadata


def set_user(
    user_id: object,
    *,
    login: object = None,
    session_id: object = None,
    name: object = None,
    email: object = None,
    role: object = None,
    scope: object = None,
    metadata: Metadata | None = None,
    propagate: bool = False,
) -> None:
    """Does nothing."""


def track_login_success(login: object, user_id: object = None, metadata: Metadata | None = None) -> None:
    """Does nothing."""


def track_login_failure(
    login: object, exists: bool | None = None, user_id: object = None, metadata: Metadata | None = None
) -> None:
    """Does nothing."""


def track_signup(login: object, user_id: object = None, success: bool = True, metadata: Metadata | None = None) -> None:
    """Does nothing."""


def track_event(name: str, metadata: Metadata | None = None) -> None:
    """Does nothing."""


def is_user_blocked(user_id: object, session_id: object = None, login: object = None) -> bool:
    """False."""
    return False


def block_request() -> None:
    """Does nothing."""
