"""ASM_FEATURES: protection switched on and off with one click."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from vedette._native import RemoteConfig

SWITCHED_ON = "rules"
"""What protection is switched on to where it was off, as by `DD_APPSEC_ENABLED=true`."""


def parse(config: RemoteConfig) -> bool | None:
    """Whether protection is to be on; None where that is not said. Raises ValueError for another form."""
    value = config.value()
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    switch = value.get("asm")
    if switch is None:
        return None
    enabled = switch.get("enabled") if isinstance(switch, dict) else None
    if not isinstance(enabled, bool):
        raise ValueError("asm.enabled: expected true or false")
    return enabled


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
