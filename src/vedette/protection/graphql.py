"""GraphQL: what resolvers are about to be given is inspected before they run."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import IncomingRequest, Refusal
from vedette.protection.addresses import GRAPHQL
from vedette.protection.listener import Quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette._native import Call
    from vedette.operations import GraphQLOperation
    from vedette.protection.policy import Policy
    from vedette.protection.state import RequestState


class GraphQLGuard(Quiet):
    """Listens to `GraphQLOperation`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def before(self, call: Call) -> None:
        """The arguments of all resolvers. Raises Refusal."""
        request = enclosing(IncomingRequest)
        state: RequestState | None = request.protection if request is not None else None
        if state is None:
            return
        operation: GraphQLOperation = call.operation
        try:
            refused = state.inspect({GRAPHQL: operation.arguments})
        except Exception as error:
            self._policy.troubled(error)
            return
        if refused:
            raise Refusal("GraphQL")
