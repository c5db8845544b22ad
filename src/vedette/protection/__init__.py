"""In-app protection: listens to operations, and names no library.

Applications tell it of users and of their own events by the functions exported here (`vedette.protection.set_user`).
`protect` puts listeners on the operations; which libraries make them is the integrations' affair.
"""

from __future__ import annotations

from vedette.protection.listener import Quiet

try:
    # Alone in its `try`: that it can't be loaded is told by whoever starts vedette.
    import vedette._native  # noqa: F401
except ImportError:
    from vedette.protection.absent import (
        block_request,
        is_user_blocked,
        set_user,
        track_event,
        track_login_failure,
        track_login_success,
        track_signup,
    )
else:
    from vedette._native import note_endpoints
    from vedette.operations import GraphQLOperation, IncomingRequest, Login
    from vedette.operations.known_routes import ROUTES
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
    from vedette.protection.policy import Policy
    from vedette.protection.rule_file import RemoteRules
    from vedette.settings import Settings

    Listening = tuple[type[Operation], Quiet]


class Protection(Quiet):
    """Wakes with the first request: processes that serve none do not pay for its modules and rules."""

    def __init__(self, settings: Settings, remote: RemoteRules | None = None) -> None:
        self._settings = settings
        self._remote = remote
        self._woken: dict[str, tuple[Policy, list[Listening]]] = {}
        self._rests = False
        """Whether it listens no more because its rules can't be used."""

    def start(self) -> None:
        """Puts the protection to work."""
        IncomingRequest.body_limit = self._settings.body_limit
        IncomingRequest.listen(self)

    def change(self, settings: Settings, remote: RemoteRules) -> None:
        """Protects by other settings and rules from now on; these are read here, and not by a request.

        Raises ValueError if the rules can't be used together; then everything stays as it was.
        """
        woken = self._woken.get("")
        if woken is not None:
            woken[0].change(settings, remote)
            return
        before, self._settings, self._remote = (self._settings, self._remote), settings, remote
        try:
            self._wake()
        except ValueError:
            self._settings, self._remote = before
            raise

    def before(self, call: Call) -> None:
        """The first request."""
        try:
            (_, gate), *_ = self._wake()
        except (OSError, ValueError) as error:
            self._rest(error)
            return
        gate.before(call)

    def _rest(self, error: Exception) -> None:
        """The rules can't be used: no request reads them again, until they are changed."""
        import logging  # only where there is something to say

        self._rests = True
        IncomingRequest.unlisten(self)
        logging.getLogger("vedette").error("vedette protects nothing, its rules can't be used: %s", error)

    def _wake(self) -> list[Listening]:
        # Two first requests at once may both come here. A lock would be held in children forked meanwhile; setting a
        # default is atomic, and what the second one made is thrown away.
        woken = self._woken.get("")
        if woken is None:
            woken = self._woken.setdefault("", self._made())
            if self._rests or self in IncomingRequest.listeners:
                self._rests = False
                IncomingRequest.unlisten(self)
                for operation, listener in woken[1]:
                    operation.listen(listener)
        return woken[1]

    def _made(self) -> tuple[Policy, list[Listening]]:
        # Imported here for the start-up's sake: a third of what `import vedette` would cost otherwise.
        from vedette.protection.gate import RequestGate
        from vedette.protection.graphql import GraphQLGuard
        from vedette.protection.policy import Policy
        from vedette.protection.sinks import SINKS, SinkGuard
        from vedette.protection.users import UserGuard

        policy = Policy(self._settings, self._remote)
        _ = policy.rules
        sinks = SINKS if self._settings.exploit_prevention else ()
        guards: list[Listening] = [(operation, SinkGuard(policy, of, name)) for operation, of, name in sinks]
        listeners: list[Listening] = [(IncomingRequest, RequestGate(policy)), *guards]
        if self._settings.api_security:
            from vedette.protection.api_security.inventory import Inventory  # off means off: not even imported

            listeners.append((IncomingRequest, Inventory(policy, self._settings)))
            ROUTES.listen(note_endpoints)
        listeners.append((GraphQLOperation, GraphQLGuard(policy)))
        return policy, [*listeners, (Login, UserGuard(policy, self._settings))]

    def undo(self) -> None:
        """Nobody listens any more."""
        ROUTES.listen(None)
        self._rests = False
        IncomingRequest.unlisten(self)
        if "" in self._woken:
            for operation, listener in self._woken[""][1]:
                operation.unlisten(listener)


def protect(settings: Settings) -> Callable[[], None]:
    """Puts the protection to work; returns what takes it off again."""
    protection = Protection(settings)
    protection.start()
    return protection.undo


__all__ = [
    "Protection",
    "block_request",
    "is_user_blocked",
    "protect",
    "set_user",
    "track_event",
    "track_login_failure",
    "track_login_success",
    "track_signup",
]
