"""Django REST framework: exceptions that it answers as failures of the server still mark Django's request."""

from __future__ import annotations

from vedette.instrument import Around, Call, Integration, enclosing
from vedette.instrument.families import users
from vedette.operations import IncomingRequest
from vedette.operations.statuses import server_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def handling(call: Call) -> None:
    """A view raised."""
    call.target = call.target  # said explicitly: what becomes of it is to be told


def handled(call: Call, response: Any) -> None:
    """It became a response; what the client did wrong is no failure. The rest raises on, and is Django's to tell."""
    operation = enclosing(IncomingRequest)
    if operation is not None and server_errors(getattr(response, "status_code", 0)):
        operation.failed(call.arg(0, "exc"))


def authenticated(call: Call, _: object) -> None:
    """An authenticator of the framework's knows whose request it is: of a token, a key, HTTP Basic."""
    request = call.instance
    if users.is_authenticated(getattr(request, "_user", None)) and getattr(request, "_authenticator", None) is not None:
        users.login_of(request._user).tell()


integration = Integration(
    "djangorestframework",
    title="Django REST framework",
    distribution="djangorestframework",
    modules=["rest_framework", "rest_framework.utils.mediatypes"],
    also=["rest_framework"],
    floor="3.4",
    tested=["3.4.0", "3.9.4", "3.12.4", "3.14.0", "3.16.1", "latest"],
    docs="https://www.django-rest-framework.org",
    conventions="http-server",
    component="django",
    service="django",
    service_wins=False,
    protection=["http", "blocking", "user-events", "user-blocking"],
    hooks=[
        Around("rest_framework.views:APIView.handle_exception", handling, handled),
        Around("rest_framework.request:Request._authenticate", users.heard, authenticated, optional=True),
    ],
    pins={
        "<3.5": ["django==1.8"],
        "<3.10": ["django<2.3"],
        "<3.14": ["django<4"],
        "<3.15": ["django<4.3"],
        "<3.17": ["django<5.3"],
    },
    notes="Requests, their routes and their bodies are told by Django's integration, which must be on.",
)
