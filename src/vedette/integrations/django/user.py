"""Who asks, as far as the application wanted to know.

`request.user` is lazy: looking at it would load the session and the user, and mark the session as read. What is told
is what the application has loaded by itself.
"""

from __future__ import annotations

from vedette.integrations.django.switches import switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def tell(request: Any, attributes: dict[str, Any]) -> None:
    """Adds the attributes of the request's user."""
    known = _loaded(request.__dict__)
    if known is None:
        return
    is_authenticated = known.is_authenticated
    if not isinstance(is_authenticated, bool) and callable(is_authenticated):  # a method, before 1.10
        is_authenticated = is_authenticated()
    attributes["django.user.is_authenticated"] = str(bool(is_authenticated))
    if is_authenticated:
        attributes["django.user.id"] = str(known.pk)
        if switches.values["include_user_name"]:
            attributes["django.user.name"] = known.get_username()


def _loaded(values: dict[str, Any]) -> Any:
    """The user that the application put there, or had Django's middleware load; None if nobody looked."""
    user = values.get("user")
    if user is None or "_setupfunc" in getattr(user, "__dict__", ()):
        return values.get("_cached_user") or values.get("_acached_user")
    return user
