"""Values as they may be shown to people and written to logs: without secrets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.settings.option import Option

MASK = "***"
_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "cookie", "credential", "api_key", "apikey")


def masked(option: Option[Any], value: object) -> object:
    """The value made of what JSON knows, with secrets, and passwords in addresses, replaced by stars."""
    return _masked(value, option.secret)


def sendable(option: Option[Any], value: object) -> object:
    """The same for what leaves the machine: of lists of people and addresses it says only how long they are."""
    if option.personal and isinstance(value, (list, tuple)):
        return f"{len(value)} entries"
    return masked(option, value)


def _masked(value: object, secret: bool) -> object:
    if isinstance(value, dict):
        return {str(key): _masked(each, secret or _is_secret(str(key))) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each, secret) for each in value]
    if secret and value is not None:
        return MASK
    return _without_password(value) if isinstance(value, str) else value


def _is_secret(key: str) -> bool:
    name = key.lower().replace("-", "_")
    return any(word in name for word in _SECRET_WORDS)


def _without_password(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    user, at, _host = rest.partition("/")[0].rpartition("@")
    return f"{scheme}://{MASK}@{rest[len(user) + 1 :]}" if separator and at else text
