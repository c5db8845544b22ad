"""What applications tell protection by themselves: users, sign-ins, events of their own; and what they ask of it.

Nothing here raises, whatever it is given, with one exception: a user whom a rule or a deny list refuses is stopped
where the application told of them, by `vedette.operations.Refusal` (which is no `Exception`), and the client gets the
block page. Without a request under way, or where nothing is traced, these functions do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from vedette._native import current_root_span, enclosing
from vedette.operations import IncomingRequest, Login, Refusal
from vedette.operations.login import FAILURE, MET, SIGNUP, SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Metadata = Mapping[str, Any]


def set_user(
    user_id: object,
    *,
    login: object = None,
    session_id: object = None,
    name: object = None,
    email: object = None,
    role: object = None,
    scope: object = None,
    metadata: Metadata | None = None,
    propagate: bool = False,
) -> None:
    """Says whose request this is: `usr.id` and its companions go on the request's span, and deny lists are asked.

    `metadata` goes there as `usr.<name>`. With `propagate` the id goes to the services that are called, as the
    baggage item `usr.id`.

    Raises:
        vedette.operations.Refusal: the user is to be blocked.
    """
    met = Login(MET, user_id, login, session_id, automatic=False)
    met.full_name, met.email, met.role, met.scope = name, email, role, scope
    _tell(met, metadata)
    if not met.listeners or propagate:
        _tell_trace(met, propagate)


def track_login_success(login: object, user_id: object = None, metadata: Metadata | None = None) -> None:
    """Says that somebody signed in: `login` is what they typed (a name, an address), `user_id` who they turned out
    to be.

    Raises:
        vedette.operations.Refusal: the user is to be blocked.
    """
    _tell(Login(SUCCESS, user_id, login, automatic=False), metadata)


def track_login_failure(
    login: object, exists: bool | None = None, user_id: object = None, metadata: Metadata | None = None
) -> None:
    """Says that somebody failed to sign in. `exists` tells whether there is such an account; None if that is not known.

    Raises:
        vedette.operations.Refusal: that account is to be blocked.
    """
    _tell(Login(FAILURE, user_id, login, exists=exists, automatic=False), metadata)


def track_signup(login: object, user_id: object = None, success: bool = True, metadata: Metadata | None = None) -> None:
    """Says that an account was made, or (`success=False`) that somebody tried to make one.

    Raises:
        vedette.operations.Refusal: that account is to be blocked.
    """
    signup = Login(SIGNUP, user_id, login, automatic=False)
    if not success:
        metadata = {**metadata, "success": False} if isinstance(metadata, Mapping) else {"success": False}
    _tell(signup, metadata)


def track_event(name: str, metadata: Metadata | None = None) -> None:
    """Tells of something that matters to the business: `coupon.used`, `payment.failed`, `password.reset`.

    The trace is kept. Names of sign-ins and sign-ups (`users.login.success`, ...) are those of the functions above.
    """
    event = Login(str(name)[:100], automatic=False) if isinstance(name, str) and name.strip() else None
    if event is not None:
        _tell(event, metadata)


def is_user_blocked(user_id: object, session_id: object = None, login: object = None) -> bool:
    """Whether a deny list or a rule would refuse this user, session or login. Nothing is told of it.

    False where protection only reports, and before the first request.
    """
    return Login(MET, user_id, login, session_id, automatic=False).is_refused()


def block_request() -> None:
    """Refuses the request under way, whatever the mode: the client gets the block page.

    Does nothing if there is none, if protection is off, or if the response has begun.

    Raises:
        vedette.operations.Refusal: so that the handler goes no further.
    """
    request = enclosing(IncomingRequest)
    state = request.protection if request is not None else None
    if state is not None and state.refuse():
        raise Refusal("application")


def _tell(login: Login, metadata: Metadata | None) -> None:
    login.metadata = metadata if isinstance(metadata, Mapping) else None
    login.tell()


def _tell_trace(met: Login, propagate: bool) -> None:
    """What tracing has of a user: the tags where no protection tells them, and the baggage."""
    span = current_root_span()
    if span is None:
        return
    from vedette.protection import told_user, user_tags  # only where there is somebody to tell of

    user = told_user.ToldUser(met, False)
    if not met.listeners:
        user_tags.tell(span, MET, user, user_tags.SDK, None)
    if propagate:
        span.set_baggage("usr.id", user.id)
