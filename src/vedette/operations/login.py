"""Who somebody is, or claims to be: signing in, failing to, signing up, being met as the one a request belongs to."""

from __future__ import annotations

from vedette.operations.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from vedette.operations.incoming_request import IncomingRequest

SUCCESS = "users.login.success"
FAILURE = "users.login.failure"
SIGNUP = "users.signup"
MET = ""
"""A user is at work who signed in before."""
_REFUSALS = (400, 401, 403)
_LAST_GOOD = 399


class Login(Operation):
    """One thing that happened to an account. It makes no span: it is told on the request's.

    Values are as the library holds them; listeners make texts of them.
    """

    __slots__ = (
        "automatic", "email", "event", "exists", "full_name", "login", "metadata", "refused", "request", "role",
        "scope", "session_id", "user_id",
    )  # fmt: skip

    def __init__(
        self,
        event: str,
        user_id: object = None,
        login: object = None,
        session_id: object = None,
        exists: bool | None = None,
        automatic: bool = True,
    ) -> None:
        self.name = self.resource = self.service = self.inject_into = self.kind = None
        self.event = event
        """`SUCCESS`, `FAILURE`, `SIGNUP`, the name of an application's own event, or `MET`."""
        self.user_id = user_id
        self.login = login
        """What the user types to say who they are: a name, an address of e-mail."""
        self.session_id = session_id
        self.exists = exists
        """Of a failure: whether there is such an account; None if that can't be told."""
        self.automatic = automatic
        """Whether a library told of it, and not the application itself."""
        self.email: object = None
        self.full_name: object = None
        self.role: object = None
        self.scope: object = None
        self.metadata: Mapping[Any, Any] | None = None
        """What else the application tells of it."""
        self.request: IncomingRequest | None = None
        """The request that it belongs to; None for the one under way."""
        self.refused = False
        """Whether a listener would refuse it, once that was `asked`."""

    def tell(self) -> None:
        """Tells the listeners of what no call of a hooked function stands for. Raises their refusal."""
        for listener in self.listeners:
            listener.learned(self, "login")

    def is_refused(self) -> bool:
        """Whether a listener would refuse it. Nothing is told of it, and nothing raised."""
        for listener in self.listeners:
            listener.learned(self, "asked")
        return self.refused


class Attempt:
    """Credentials that came with a request; what became of them its answer tells."""

    __slots__ = ("login", "signs_in")

    def __init__(self, login: object, signs_in: bool) -> None:
        self.login = login
        self.signs_in = signs_in
        """Whether a good answer means that somebody signed in now; otherwise each request brings them along."""

    def answered(self, request: IncomingRequest) -> None:
        """The application has decided. Raises the refusal of a listener."""
        event = self._event(request.status)
        if event is not None:
            login = Login(event, login=self.login)
            login.request = request
            login.tell()

    def _event(self, status: int | None) -> str | None:
        if status in _REFUSALS:
            return FAILURE
        if status is None or status > _LAST_GOOD:  # overload, errors: nothing was decided about the credentials
            return None
        return SUCCESS if self.signs_in else MET
