"""Deny lists out of settings: addresses, users and sessions, with the times at which entries end.

An entry is `192.0.2.7`, `2001:db8::/32`, `alice`, and may end: `192.0.2.7 until 2030-01-31T12:00:00Z` (or seconds
since the epoch). A list's file has one entry per line, `#` begins a comment; in `deny_list` each names its kind:
`address 192.0.2.7`, `user alice`, `session 5f2b`.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vedette.settings import Settings

    Entry = dict[str, object]

_KINDS = {
    "address": ("blocked_ips", "ip_with_expiration"),
    "user": ("blocked_users", "data_with_expiration"),
    "session": ("blocked_sessions", "data_with_expiration"),
    "allow": ("allowed_ips", "ip_with_expiration"),
}
"""For each kind of entry the list that rules know it by, and what that list has in it."""


def deny_lists(settings: Settings) -> bytes | None:
    """The lists as a rule file; None if all are empty. What can't be read is left out, with a warning."""
    entries: dict[str, list[Entry]] = {}
    for kind, text in (*_inline(settings), *_of_file(settings.deny_list)):
        entry = _entry(text)
        if kind in _KINDS and entry is not None:
            entries.setdefault(kind, []).append(entry)
        else:
            _warn(f"an entry of a deny list can't be used: {kind} {text}")
    if not entries:
        return None
    lists = [{"id": _KINDS[kind][0], "type": _KINDS[kind][1], "data": data} for kind, data in entries.items()]
    return json.dumps({"version": "2.2", "rules_data": lists}).encode()


def _inline(settings: Settings) -> Iterator[tuple[str, str]]:
    lists = {
        "address": settings.deny_addresses,
        "user": settings.deny_users,
        "session": settings.deny_sessions,
        "allow": settings.allow_addresses,
    }
    return ((kind, text) for kind, texts in lists.items() for text in texts)


def _of_file(path: str | None) -> Iterable[tuple[str, str]]:
    if not path:
        return []
    try:
        with open(path, encoding="utf-8") as file:
            return [_named(line) for line in map(_without_comment, file) if line]
    except (OSError, ValueError) as error:
        _warn(f"the deny list {path} can't be read: {error}")
        return []


def _without_comment(line: str) -> str:
    return line.partition("#")[0].strip()


def _named(line: str) -> tuple[str, str]:
    kind, _, text = line.partition(" ")
    return kind, text.strip()


def _entry(text: str) -> Entry | None:
    value, until, end = text.partition(" until ")
    if not value.strip():
        return None
    if not until:
        return {"value": value.strip()}
    seconds = _seconds(end.strip())
    return None if seconds is None else {"value": value.strip(), "expiration": seconds}


def _seconds(end: str) -> int | None:
    """Seconds since the epoch; a time without a zone is of UTC."""
    if end.isascii() and end.isdigit():
        return int(end)
    from datetime import datetime, timezone  # only where somebody writes times

    try:
        time = datetime.fromisoformat(end[:-1] + "+00:00" if end.endswith("Z") else end)
    except ValueError:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp())


def _warn(message: str) -> None:
    import logging  # only where there is something to say

    logging.getLogger("vedette").warning("%s", message)
