"""What is told of a user: texts within limits, anonymous where that is asked for."""

from __future__ import annotations

from vedette.protection.redaction import USUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from vedette.operations import Login

_MOST_LETTERS = 512
_MOST_METADATA = 50
_DEEPEST = 3
_ANONYMOUS_LETTERS = 32


class ToldUser:
    """The user of one `Login`, as rules, spans and counts get to see them. None is what is not known."""

    __slots__ = ("email", "exists", "full_name", "id", "login", "metadata", "role", "scope", "session_id", "sessions")

    def __init__(self, login: Login, is_anonymous: bool) -> None:
        shown = anonymous if is_anonymous else text
        self.id = shown(login.user_id)
        self.login = shown(login.login)
        session, hashed = text(login.session_id), anonymous(login.session_id)
        self.session_id = hashed if login.automatic else session
        """A library's key opens the session to whoever reads it: of that only the hash is told, in every mode."""
        self.sessions = [form for form in (session, hashed) if form is not None]
        """The forms that rules and deny lists see."""
        self.exists = login.exists
        self.email, self.full_name = (None, None) if is_anonymous else (text(login.email), text(login.full_name))
        self.role, self.scope = text(login.role), text(login.scope)
        self.metadata = dict(flattened(login.metadata)) if login.metadata else {}

    @property
    def account(self) -> str | None:
        """What counts as the account: the same for a failure, which knows no id, as for a success."""
        return self.login or self.id


def text(value: object) -> str | None:
    """A value as text, cut to a bearable length; None for what is nothing or has no text."""
    if value is None:
        return None
    try:
        known = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        return known[:_MOST_LETTERS] or None
    except Exception:  # the application's own `__str__`
        return None


def anonymous(value: object) -> str | None:
    """A value in the reference's anonymous form: the same for the same value, and no way back."""
    known = text(value)
    if known is None:
        return None
    import hashlib  # only in this mode

    digest = hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()
    return f"anon_{digest[:_ANONYMOUS_LETTERS]}"


def flattened(metadata: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Names and texts of what an application tells, nested names joined by dots; secrets are hidden."""
    for (name, value), _ in zip(_leaves(metadata, "", _DEEPEST), range(_MOST_METADATA)):
        known = "true" if value is True else "false" if value is False else text(value)
        if known is not None:
            yield name, USUAL.of({"key_path": [name], "value": known, "highlight": []})["value"]


def _leaves(value: Mapping[Any, Any], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, inner in value.items():
        name = text(key)
        if name is None:
            continue
        if isinstance(inner, dict) and depth > 1:
            yield from _leaves(inner, f"{prefix}{name}.", depth - 1)
        else:
            yield prefix + name, inner
