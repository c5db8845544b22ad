"""In-app protection: listens to operations, and names no library.

Applications tell it of users and of their own events by the functions exported here (`vedette.protection.set_user`).
`protect` puts listeners on the operations; which libraries make them is the integrations' affair.
"""

from __future__ import annotations

from vedette.operations import IncomingRequest, Login
from vedette.protection.listener import Quiet
from vedette.protection.sdk import (
    block_request,
    is_user_blocked,
    set_user,
    track_event,
    track_login_failure,
    track_login_success,
    track_signup,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette._native import Call
    from vedette.operations import Operation
    from vedette.protection.rule_file import RemoteRules
    from vedette.settings import Settings

    Listening = tuple[type[Operation], Quiet]


class _Sleeping(Quiet):
    """Wakes the protection with the first request: processes that serve none do not pay for its modules and rules."""

    def __init__(self, settings: Settings, remote: RemoteRules | None = None) -> None:
        self._settings = settings
        self._remote = remote
        self._woken: dict[str, list[Listening]] = {}

    def before(self, call: Call) -> None:
        """The first request."""
        (_, gate), *_ = self._wake()
        gate.before(call)

    def wake(self) -> None:
        """Does not wait for a request. Raises ValueError if rules of remote configuration can't be used together."""
        listeners = self._woken.setdefault("", self._made())
        for operation, listener in listeners:
            operation.listen(listener)

    def _wake(self) -> list[Listening]:
        # Two first requests at once may both come here. A lock would be held in children forked meanwhile; setting a
        # default is atomic, and what the second one made is thrown away.
        listeners = self._woken.get("")
        if listeners is None:
            listeners = self._woken.setdefault("", self._made())
            if self in IncomingRequest.listeners:
                IncomingRequest.unlisten(self)
                for operation, listener in listeners:
                    operation.listen(listener)
        return listeners

    def _made(self) -> list[Listening]:
        # Imported here for the start-up's sake: a third of what `import vedette` would cost otherwise.
        from vedette.protection.gate import RequestGate
        from vedette.protection.policy import Policy
        from vedette.protection.sinks import SINKS, SinkGuard
        from vedette.protection.users import UserGuard

        policy = Policy(self._settings, self._remote)
        if self._remote is not None:
            _ = policy.rules  # read now, and not by a request
        sinks = SINKS if self._settings.exploit_prevention else ()
        guards: list[Listening] = [(operation, SinkGuard(policy, of, name)) for operation, of, name in sinks]
        return [(IncomingRequest, RequestGate(policy)), *guards, (Login, UserGuard(policy, self._settings))]

    def undo(self) -> None:
        """Nobody listens any more."""
        IncomingRequest.unlisten(self)
        for operation, listener in self._woken.get("", ()):
            operation.unlisten(listener)


def protect(settings: Settings, remote: RemoteRules | None = None) -> Callable[[], None]:
    """Puts the protection to work; returns what takes it off again.

    With rules of remote configuration it is ready at once, on the thread that asks for it. Raises ValueError if these
    can't be used together.
    """
    IncomingRequest.body_limit = settings.body_limit
    sleeping = _Sleeping(settings, remote)
    if remote is None:
        IncomingRequest.listen(sleeping)
    else:
        sleeping.wake()
    return sleeping.undo


__all__ = [
    "block_request",
    "is_user_blocked",
    "protect",
    "set_user",
    "track_event",
    "track_login_failure",
    "track_login_success",
    "track_signup",
]
