"""In-app protection: listens to operations, and names no library.

`protect` puts listeners on the operations; which libraries make them is the integrations' affair.
"""
from __future__ import annotations

from vedette.operations import IncomingRequest, Query
from vedette.protection.gate import RequestGate
from vedette.protection.policy import Policy
from vedette.protection.sql import SqlGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette.settings import Settings


def protect(settings: Settings) -> Callable[[], None]:
    """Puts the protection to work; returns what takes it off again. Rules are read with the first request."""
    policy = Policy(settings)
    gate, guard = RequestGate(policy), SqlGuard(policy)
    IncomingRequest.body_limit = settings.body_limit
    IncomingRequest.listen(gate)
    if settings.exploit_prevention:
        Query.listen(guard)

    def undo() -> None:
        IncomingRequest.unlisten(gate)
        Query.unlisten(guard)

    return undo


__all__ = ["protect"]
