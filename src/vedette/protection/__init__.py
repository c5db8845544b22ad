"""In-app protection: listens to operations, and names no library.

`protect` puts listeners on the operations; which libraries make them is the integrations' affair.
"""
from __future__ import annotations

from vedette.operations import IncomingRequest, Query
from vedette.protection.listener import Quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette._native import Call
    from vedette.settings import Settings


class _Sleeping(Quiet):
    """Wakes the protection with the first request: processes that serve none do not pay for its modules and rules."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def before(self, call: Call) -> None:
        """The first request."""
        # Imported here for the start-up's sake: a third of what `import vedette` would cost otherwise.
        from vedette.protection.gate import RequestGate
        from vedette.protection.policy import Policy
        from vedette.protection.sql import SqlGuard

        policy = Policy(self._settings)
        gate = RequestGate(policy)
        IncomingRequest.unlisten(self)
        IncomingRequest.listen(gate)
        if self._settings.exploit_prevention:
            Query.listen(SqlGuard(policy))
        gate.before(call)


def protect(settings: Settings) -> Callable[[], None]:
    """Puts the protection to work; returns what takes it off again."""
    IncomingRequest.body_limit = settings.body_limit
    sleeping = _Sleeping(settings)
    IncomingRequest.listen(sleeping)

    def undo() -> None:
        IncomingRequest.listeners = Query.listeners = ()

    return undo


__all__ = ["protect"]
