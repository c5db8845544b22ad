"""How a span tells of users and of what happened to accounts: in the Datadog form, and as span events."""

from __future__ import annotations

from vedette.operations.login import FAILURE, SIGNUP, SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Span
    from vedette.protection.told_user import ToldUser

SDK = "sdk"
"""Mode of what the application tells by itself; the others are those of the setting `user_events`."""
EVENT = "security.user_event"


def tell(span: Span, event: str, user: ToldUser, mode: str, client: str | None) -> None:
    """Puts a user on a span, and what happened to the account."""
    if _is_the_requests(event, mode):
        span.set_attributes(_identity(user, with_metadata=not event))
    span.set_attributes(_collected(event, user, mode))
    if event:
        span.set_attributes({**_event(event, user), **_mode(event, user, mode)})
        span.add_event(EVENT, _as_event(event, user, mode, client))


def _is_the_requests(event: str, mode: str) -> bool:
    """Whether it is this user's request. Not of those who failed, or whose account another one may have made."""
    return event in (SUCCESS, "") or (event == SIGNUP and mode == SDK)


def _identity(user: ToldUser, with_metadata: bool) -> dict[str, Any]:
    more = {f"usr.{name}": value for name, value in user.metadata.items()} if with_metadata else {}
    return {
        **more,
        "user.id": user.id,
        "user.email": user.email,
        "user.full_name": user.full_name,
        "session.id": user.session_id,
        "usr.role": user.role,
        "usr.scope": user.scope,
    }


def _collected(event: str, user: ToldUser, mode: str) -> dict[str, Any]:
    """Who was seen, by whom. Of its SDK the reference tells this where no event tells it."""
    if event not in (SUCCESS, FAILURE, SIGNUP, ""):
        return {}
    told: dict[str, Any] = {"_dd.appsec.user.collection_mode": mode}
    if mode != SDK or event in (SIGNUP, ""):
        told.update({"_dd.appsec.usr.id": user.id, "_dd.appsec.usr.login": user.login})
    return told


def _event(event: str, user: ToldUser) -> dict[str, Any]:
    start = f"appsec.events.{event}."
    told: dict[str, Any] = {start + name: value for name, value in user.metadata.items()}
    told[start + "track"] = "true"
    told[start + "usr.id"] = user.id
    told[start + "usr.login"] = user.login
    if event == FAILURE:
        told[start + "login"] = user.login
        told[start + "usr.exists"] = None if user.exists is None else "true" if user.exists else "false"
    return told


def _mode(event: str, user: ToldUser, mode: str) -> dict[str, Any]:
    start = f"_dd.appsec.events.{event}."
    if mode != SDK:
        told = {start + "auto.mode": mode}
    elif event == SIGNUP:
        told = {start + SDK: "true", "appsec.events.users.signup.track.sdk": "true"}
    else:
        told = {start + SDK: "true"}
    return {**told, start + "login": user.login} if event in (SUCCESS, FAILURE) else told


def _as_event(event: str, user: ToldUser, mode: str, client: str | None) -> dict[str, Any]:
    return {
        "security.user_event.name": event,
        "security.user_event.collection": mode,
        "user.id": user.id,
        "user.name": user.login,
        "user.exists": user.exists,
        "session.id": user.session_id,
        "client.address": client,
        **{f"security.user_event.metadata.{name}": value for name, value in user.metadata.items()},
    }
