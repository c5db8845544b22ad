"""Flask-Login: who signs in and who is met, for protection; who fails, once it is known where and how they sign in."""

from __future__ import annotations

import sys

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import users
from vedette.operations import Attempt, IncomingRequest, Login
from vedette.operations.login import FAILURE, SUCCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_FORMS: dict[str, str] = {}
"""Endpoints at which somebody signed in, and the field of the form that said who: what fails there is a failure."""
_MOST_FORMS = 50


def signed_in(call: Call, succeeded: Any) -> None:
    """`login_user` returned; False for users who are not active."""
    users.settled()
    user = call.arg(0, "user")
    if succeeded:
        _learn_form(user)
    _login_of(user, SUCCESS if succeeded else FAILURE).tell()


def loaded(_: Call, __: object) -> None:
    """The user of this request was looked for."""
    user = sys.modules["flask_login.utils"]._get_user()
    if users.is_authenticated(user):
        _login_of(user).tell()


def _login_of(user: Any, event: str = "") -> Login:
    login = users.login_of(user, event, session_id=_session_id())
    login.user_id = user.get_id()
    return login


def _session_id() -> Any:
    """That of a session that the server keeps (Flask-Session); Flask's own have none, they are all in the cookie."""
    return getattr(sys.modules["flask.globals"].session._get_current_object(), "sid", None)


def dispatching(_: Call) -> None:
    """A view is about to run: one where people sign in decides about what came with the request."""
    if not _FORMS or not Login.listeners:
        return
    request = sys.modules["flask.globals"].request._get_current_object()
    field = _FORMS.get(request.endpoint)
    operation = enclosing(IncomingRequest)
    if field is not None and operation is not None and operation.listeners and request.method == "POST":
        operation.attempt = FormAttempt(request, field)


class FormAttempt(Attempt):
    """A form was sent to where people sign in. Flask-Login is told of those who succeed, nobody of the others."""

    __slots__ = ("_field", "_request")

    def __init__(self, request: Any, field: str) -> None:
        super().__init__(None, True)
        self._request = request
        self._field = field

    def answered(self, request: IncomingRequest) -> None:
        """`login_user` was not called, else this would be gone: a failure, unless the server could not decide."""
        self.login = _fields(self._request).get(self._field)
        if self.login and (request.status or 0) < 500 and request.status != 429:
            login = Login(FAILURE, login=self.login)
            login.request = request
            login.tell()


def _learn_form(user: Any) -> None:
    request = sys.modules["flask.globals"].request._get_current_object()
    if request.method != "POST" or request.endpoint in _FORMS or len(_FORMS) >= _MOST_FORMS:
        return
    names = {str(name).lower() for name in (users.field(user, (each,)) for each in users.LOGINS) if name is not None}
    typed = (field for field, value in _fields(request).items() if isinstance(value, str) and value.lower() in names)
    field = next(typed, None)
    if field is not None:
        _FORMS[request.endpoint] = field


def _fields(request: Any) -> Mapping[str, Any]:
    """Of the body, if the application has read it; it is not ours to consume."""
    form = vars(request).get("form")
    if form:
        return dict(form.items())
    for cached in vars(request).get("_cached_json") or ():
        if isinstance(cached, dict):
            return cached
    return {}


integration: Integration = Integration(
    "flask_login",
    title="Flask-Login",
    distribution="Flask-Login",
    modules=["flask_login"],
    floor="0.4.0",
    tested=["0.4.1", "0.5.0", "latest"],
    docs="https://flask-login.readthedocs.io",
    protection=["user-events", "user-blocking"],
    pins={
        "<0.6": ["flask<2.2", "werkzeug<2.1", "jinja2<3.1", "itsdangerous<2.1", "markupsafe<2.1"],
    },
    hooks=[
        Around("flask_login.utils:login_user", users.heard, signed_in),
        Around("flask_login.login_manager:LoginManager._load_user", users.heard, loaded),
        Around("flask.app:Flask.dispatch_request", dispatching),
    ],
    notes="Requests are told by Flask's integration, which must be on. Failed sign-ins are recognised at endpoints "
    "where somebody has signed in before, in the same process.",
)
