"""The options, where the describers find their values."""

from __future__ import annotations

from vedette.instrument.families import asgi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette.instrument import Integration

OPTIONS = asgi.OPTIONS


class Switches:
    """The declaration, which is known only after the describers."""

    integration: Integration

    @property
    def values(self) -> dict[str, Any]:
        """What the options are set to."""
        return self.integration.values


switches = Switches()
