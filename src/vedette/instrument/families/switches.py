"""Options where describers in other files than their integration's find their values."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument import Integration


class Switches:
    """Stands for a declaration that is known only after the describers which it names."""

    __slots__ = ("integration",)

    integration: Integration
    """The declaration, which puts itself here."""

    @property
    def values(self) -> dict[str, Any]:
        """What the options are set to."""
        return self.integration.values
