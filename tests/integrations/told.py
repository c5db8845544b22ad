"""The operations of a kind that listeners are told of, for integrations that make no spans of them."""

from __future__ import annotations

from typing import Any

from vedette.operations import Operation, Refusal


class Told:
    """A listener; `refuse` names a host that it refuses."""

    def __init__(self, refuse: str | None = None) -> None:
        self.operations: list[Any] = []
        self.ended: list[Any] = []
        self.refuse = refuse

    def before(self, call: Any) -> None:
        """Remembers it, or refuses it."""
        self.operations.append(call.operation)
        if self.refuse is not None and getattr(call.operation, "host", None) == self.refuse:
            raise Refusal()

    def learned(self, operation: Operation, what: str) -> None:
        """Nothing."""

    def after(self, call: Any) -> None:
        """Remembers that it ended well."""
        self.ended.append(call.operation)

    def failed(self, call: Any, error: BaseException) -> bool:
        """Nothing is answered in its place."""
        return False
