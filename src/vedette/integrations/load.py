"""Finds an integration's declaration by its name."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette.instrument.integration import Integration


def load_integration(name: str) -> Integration:
    """The declaration in `vedette/integrations/<name>.py`. Raises LookupError for a name that has none."""
    try:
        module = importlib.import_module(f"vedette.integrations.{name}")
    except ModuleNotFoundError as error:
        raise LookupError(f"there is no integration {name!r}") from error
    found: Integration = module.integration
    return found
