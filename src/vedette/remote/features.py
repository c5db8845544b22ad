"""ASM_FEATURES: protection switched on and off with one click, and what is told of users."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from vedette._native import RemoteConfig

USER_EVENTS = ("identification", "anonymization", "disabled")
SWITCHED_ON = "rules"
"""What protection is switched on to where it was off, as by `DD_APPSEC_ENABLED=true`."""


class Features:
    """What one configuration says; None where it says nothing."""

    __slots__ = ("protected", "user_events")

    def __init__(self, protected: bool | None, user_events: str | None) -> None:
        self.protected = protected
        self.user_events = user_events


def parse(config: RemoteConfig) -> Features:
    """Reads a configuration. Raises ValueError for one that can't be used."""
    value = config.value()
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    switch, users = (_object(value, name) for name in ("asm", "auto_user_instrum"))
    protected, mode = switch.get("enabled"), users.get("mode")
    if not isinstance(protected, (bool, type(None))) or (switch and protected is None):
        raise ValueError("asm.enabled: expected true or false")
    if mode not in (None, *USER_EVENTS):
        raise ValueError(f"auto_user_instrum.mode: expected one of {', '.join(USER_EVENTS)}")
    return Features(protected, mode)


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if not isinstance(found, (dict, type(None))):
        raise ValueError(f"{name}: expected an object")
    return found or {}


def values(features: Iterable[Features], local: str) -> dict[str, object]:
    """Values of options that configurations ask for; `local` is the mode of protection without them."""
    found = list(features)
    wanted = {"protection": mode((one.protected for one in found), local)}
    for one in found:
        wanted["user_events"] = one.user_events or wanted.get("user_events")
    return {name: value for name, value in wanted.items() if value is not None}


def mode(switches: Iterable[bool | None], local: str) -> str | None:
    """The mode of protection that switches ask for; None where they say nothing.

    Off wins over on. On leaves a process with the mode that it has of its own, if that is not off.
    """
    said = [switch for switch in switches if switch is not None]
    if not said:
        return None
    if not all(said):
        return "off"
    return SWITCHED_ON if local == "off" else None
