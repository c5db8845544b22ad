"""SQL injection: a statement whose structure was made by the request is stopped before it runs."""

from __future__ import annotations

from vedette._native import enclosing
from vedette.operations import IncomingRequest, Refusal
from vedette.protection.listener import Quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vedette._native import Call
    from vedette.operations import Query
    from vedette.protection.policy import Policy
    from vedette.protection.state import RequestState

_SYSTEM = "server.db.system"
_STATEMENT = "server.db.statement"


class SqlGuard(Quiet):
    """Listens to `Query`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def before(self, call: Call) -> None:
        """Looks for the request's inputs in the statement. Raises Refusal."""
        query: Query = call.operation
        if query.type != "sql" or not query.text:
            return
        request = enclosing(IncomingRequest)
        state: RequestState | None = request.protection if request is not None else None
        if state is None:
            return
        try:
            stopped = state.inspect({_SYSTEM: query.system, _STATEMENT: query.text}, at_sink=True)
        except Exception as error:
            self._policy.troubled(error)
            return
        if stopped:
            raise Refusal("SQL injection")
