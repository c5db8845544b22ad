"""A GraphQL operation that this process executes."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class GraphQLOperation(Operation):
    """One query, mutation or subscription, before its resolvers run."""

    __slots__ = ("arguments",)

    type = "graphql"

    def __init__(self, name: str | None, resource: str | None, arguments: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__(name, resource)
        self.kind = "server"
        self.arguments = arguments
        """What resolvers will be given, by their field, once per call of it: `{"user": [{"id": "7"}]}`."""
