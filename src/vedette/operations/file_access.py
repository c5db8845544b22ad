"""A file that is about to be opened, moved or removed."""

from __future__ import annotations

from vedette.operations.operation import Operation


class FileAccess(Operation):
    """One access. It makes no span: there are thousands, and the system tells more of them."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.name = None
        self.resource = None
        self.service = None
        self.inject_into = None
        self.kind = None
        self.path = path
        """As the application gave it."""
