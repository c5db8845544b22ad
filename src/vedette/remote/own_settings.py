"""VEDETTE_SETTINGS: options of vedette by their names, such as `{"settings": {"protection": "block"}}`.

It is vedette's own product: what other tracers have no word for, above all the mode of protection. Options that can't
change at run time are refused.
"""

from __future__ import annotations

from vedette.remote.settings_values import Wanted
from vedette.remote.target import target_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette._native import RemoteConfig


def parse(config: RemoteConfig) -> Wanted:
    """Reads a configuration. Raises ValueError for one that can't be used."""
    value = config.value()
    settings = value.get("settings") if isinstance(value, dict) else None
    if not isinstance(settings, dict):
        raise ValueError("settings: expected an object")
    return Wanted(target_of(value), settings, (config.version, config.id))
