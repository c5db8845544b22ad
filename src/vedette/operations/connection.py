"""A connection that is about to be made, at the level of sockets."""

from __future__ import annotations

from vedette.operations.operation import Operation


class Connection(Operation):
    """One connection over IP. It makes no span: what it is made for has one."""

    __slots__ = ("address", "port")

    def __init__(self, address: str, port: int) -> None:
        self.name = None
        self.resource = None
        self.service = None
        self.inject_into = None
        self.kind = None
        self.address = address
        """Where it goes, as a number."""
        self.port = port
