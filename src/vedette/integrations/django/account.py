"""Accounts: who signs in, fails to, signs up, and whose request it is, for protection.

Sign-ins are told by Django's own signals. The user of a request is told when the application looks at it: looking
first would load the session, and ask the database once more.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar

from vedette.instrument import Call, enclosing
from vedette.instrument.families import users
from vedette.integrations.django.switches import switches
from vedette.operations import IncomingRequest, Login
from vedette.operations.login import FAILURE, MET, SIGNUP, SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.installed import Installed

_looked_up: ContextVar[tuple[str, Any] | None] = ContextVar("vedette_django_looked_up", default=None)
"""The login that a backend looked for last in this context, and the key of the account, None if there is none."""


def install(installed: Installed) -> Callable[[], None]:
    """Connects to the signals."""
    signals = sys.modules["django.contrib.auth.signals"]
    connected = [
        (signals.user_logged_in, _contained(installed, signed_in)),
        (signals.user_login_failed, _contained(installed, failed)),
    ]
    for signal, receiver in connected:
        signal.connect(receiver, weak=False)

    def undo() -> None:
        for signal, receiver in connected:
            signal.disconnect(receiver)

    return undo


def _contained(installed: Installed, told: Callable[..., None]) -> Callable[..., None]:
    """A receiver whose errors are the integration's own. What refuses is no `Exception`, and goes on."""
    hook = installed.hook(None, told)

    def receiver(sender: Any = None, **kwargs: Any) -> None:
        if not hook.switch.on or not Login.listeners:
            return
        try:
            told(**kwargs)
        except Exception as error:
            hook.contain(error)

    return receiver


def signed_in(user: Any = None, request: Any = None, **_: Any) -> None:
    """Signal `user_logged_in`."""
    _looked_up.set(None)
    if user is not None:
        login_of(user, SUCCESS, session_id(request)).tell()


def failed(credentials: Any = None, **_: Any) -> None:
    """Signal `user_login_failed`."""
    login = _claimed(credentials or {})
    known, _looked = _looked_up.get(), _looked_up.set(None)
    is_same = known is not None and login is not None and known[0] == str(login)
    key = known[1] if known is not None and is_same else None
    Login(FAILURE, key, login, exists=key is not None if is_same else None).tell()


def _claimed(credentials: dict[str, Any]) -> Any:
    """Who somebody claims to be, by what their model calls it or by a usual name."""
    model = sys.modules["django.contrib.auth"].get_user_model()
    return users.field(credentials, (getattr(model, "USERNAME_FIELD", "username"), *users.LOGINS))


def looking(call: Call) -> None:
    """`get_by_natural_key`: a backend is about to look for an account. If there is none, this is the last word."""
    if Login.listeners:
        _looked_up.set((str(call.arg(0, "username")), None))
        call.target = call.target  # said explicitly: what it finds is to be told


def found(call: Call, user: Any) -> None:
    """There is such an account."""
    _looked_up.set((str(call.arg(0, "username")), getattr(user, "pk", None)))


def saving(call: Call) -> None:
    """A user is saved: within a request, one that is new has signed up."""
    if Login.listeners and call.instance._state.adding and enclosing(IncomingRequest) is not None:
        call.target = call.target  # said explicitly: only once it is saved it has a key


def saved(call: Call, _: object) -> None:
    """A new account is there."""
    login_of(call.instance, SIGNUP).tell()


def met(call: Call, user: Any) -> None:
    """`get_user(request)`: the application looked whose request it is."""
    if users.is_authenticated(user):
        login_of(user, MET, session_id(call.arg(0, "request"))).tell()


def login_of(user: Any, event: str, session: Any = None) -> Login:
    """A user of any model, as an operation."""
    values = switches.values
    login = Login(event, user.pk, None, session, exists=True)
    if values["include_user_login"]:
        field = values["user_model_login_field"]
        login.login = users.field(user, (field,)) if field else user.get_username()
    if values["include_user_email"]:
        field = values["user_model_email_field"] or getattr(user, "EMAIL_FIELD", "email")
        login.email = users.field(user, (field,))
    if values["include_user_realname"]:
        login.full_name = _full_name(user)
    return login


def _full_name(user: Any) -> Any:
    field = switches.values["user_model_name_field"]
    if field:
        return users.field(user, (field,))
    get_full_name = getattr(user, "get_full_name", None)
    return get_full_name() if get_full_name is not None else None


def session_id(request: Any) -> Any:
    """Key of a request's session, if it has one that the server keeps."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    # With a colon in it, it is no key, but the whole session (signed cookies).
    return key if isinstance(key, str) and ":" not in key else None
