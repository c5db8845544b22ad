"""A listener that does nothing: what the others override."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vedette._native import Call


class Quiet:
    """Every moment of an operation, without an opinion."""

    def before(self, call: Call) -> None:
        """The operation is about to happen."""

    def learned(self, operation: Any, what: str) -> None:
        """More is known of it."""

    def after(self, call: Call) -> None:
        """It has happened."""

    def failed(self, call: Call, error: BaseException) -> bool:
        """It raised."""
        return False
