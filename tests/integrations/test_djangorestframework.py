"""Django REST framework: routes of its routers, errors that it answers, bodies that it parses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.accounts import denying, protected, told
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask

pytest.importorskip("rest_framework")
from tests.integrations import django_site

from rest_framework import exceptions, routers, viewsets  # isort: skip  # once it is set up
from rest_framework.authentication import BaseAuthentication  # isort: skip
from rest_framework.response import Response  # isort: skip
from rest_framework.views import APIView  # isort: skip

HERE = __name__
REST = {
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": f"{HERE}.forgiving",
}


def forgiving(error: Exception, context: Any) -> Any:
    """The application's own way to answer errors."""
    from rest_framework.views import exception_handler

    if isinstance(error, ZeroDivisionError):
        return Response({"detail": "not by zero"}, status=500)
    return exception_handler(error, context)


class Failing(APIView):
    def get(self, request: Any, kind: str) -> Any:
        if kind == "missing":
            raise exceptions.NotFound("nothing here")
        if kind == "invalid":
            raise exceptions.ValidationError("not so")
        if kind == "broken":
            raise exceptions.APIException("mine")
        if kind == "forgiven":
            return Response(1 // 0)
        raise LookupError("mine")


class ByKey(BaseAuthentication):  # type: ignore[misc]
    """Keys of robots."""

    def authenticate(self, request: Any) -> Any:
        name = request.META.get("HTTP_X_KEY")
        known = {"pk": 7, "username": name, "is_authenticated": True}
        return (type("Robot", (), known)(), None) if name else None


class Known(APIView):
    authentication_classes = (ByKey,)

    def get(self, request: Any) -> Any:
        return Response(getattr(request.user, "username", None))


class Echo(APIView):
    def post(self, request: Any) -> Any:
        return Response({"got": request.data})


class Things(viewsets.ViewSet):
    def list(self, request: Any) -> Any:
        return Response([])

    def retrieve(self, request: Any, pk: Any = None) -> Any:
        return Response(pk)


def patterns() -> list[Any]:
    router = routers.SimpleRouter()
    named = {"base_name": "thing"} if "base_name" in router.register.__code__.co_varnames else {"basename": "thing"}
    router.register("things", Things, **named)
    return [
        django_site.pattern(r"^failing/(?P<kind>\w+)$", Failing.as_view()),
        django_site.pattern(r"^echo$", Echo.as_view()),
        django_site.pattern(r"^known$", Known.as_view()),
        django_site.pattern(r"^api/", django_site.included(router.urls)),
    ]


@pytest.fixture
def app() -> Any:
    with django_site.site(patterns(), REST_FRAMEWORK=REST):
        yield django_site.wsgi()


def test_a_request_is_one_span(app: Any, spans: Spans) -> None:
    assert ask(app, "/api/things/7/", headers={"user-agent": "test"}).body == b'"7"'
    route = r"^api/things/(?P<pk>[^/.]+)/$"
    found = spans.one()
    found["attributes"].pop("django.user.is_authenticated", None)  # old versions look at the user in any case
    assert [found] == [
        {
            "name": "django.request",
            "resource": f"GET {route}",
            "service": "django",
            "type": "web",
            "kind": "server",
            "attributes": {
                "component": "django",
                "http.request.method": "GET",
                "url.full": "http://testserver/api/things/7/",
                "user_agent.original": "test",
                "network.protocol.version": "1.1",
                "network.peer.address": "10.1.2.3",
                "http.response.status_code": 200,
                "http.route": route,
                "django.request.class": "django.core.handlers.wsgi.WSGIRequest",
                "django.response.class": "rest_framework.response.Response",
                "django.view": "thing-detail",
            },
        }
    ]


def test_lists(app: Any, spans: Spans) -> None:
    assert ask(app, "/api/things/").body == b"[]"
    assert spans.one()["resource"] == "GET ^api/things/$"


@pytest.mark.parametrize(("kind", "status"), [("missing", 404), ("invalid", 400)])
def test_what_the_client_did_wrong_is_no_error(app: Any, spans: Spans, kind: str, status: int) -> None:
    assert ask(app, f"/failing/{kind}").status == status
    span = spans.one()
    assert ("error" in span, "failure" in span) == (False, False)
    assert span["resource"] == r"GET ^failing/(?P<kind>\w+)$"


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("broken", ("rest_framework.exceptions.APIException", "mine")),
        ("forgiven", ("ZeroDivisionError", "integer division or modulo by zero")),
        ("else", ("LookupError", "mine")),
    ],
)
def test_errors_that_became_answers(app: Any, spans: Spans, kind: str, failure: tuple[str, str]) -> None:
    assert ask(app, f"/failing/{kind}").status == 500
    span = spans.one()
    kind_of_failure, message = span["failure"]
    assert (span["error"], kind_of_failure) == (True, failure[0])
    assert message.startswith(failure[1].partition(" by zero")[0][:4])


def test_bodies_arrive(app: Any, spans: Spans) -> None:
    answered = ask(app, "/echo", "POST", headers={"content-type": "application/json"}, body=b'{"a":[1]}')
    assert answered.body == b'{"got":{"a":[1]}}'
    assert spans.one()["resource"] == "POST ^echo$"


def test_methods_that_are_not_allowed(app: Any, spans: Spans) -> None:
    assert ask(app, "/echo", "DELETE").status == 405
    span = spans.one()
    assert (span["resource"], "error" in span) == ("DELETE ^echo$", False)


def test_views_named_by_their_class(app: Any, spans: Spans, option: Any) -> None:
    option("django", use_handler_resource_format=True)
    ask(app, "/api/things/")
    ask(app, "/failing/missing")
    assert [span["resource"] for span in spans()] == [f"GET {HERE}.Things", f"GET {HERE}.Failing"]


def test_its_views_in_detail(declared_again: Any, spans: Spans) -> None:
    with declared_again("django", full=True), django_site.site(patterns(), REST_FRAMEWORK=REST):
        ask(django_site.wsgi(), "/failing/missing")
    found = [(span["name"], span["resource"], span.get("parent")) for span in spans()]
    assert ("django.view.dispatch", "rest_framework.views.APIView.dispatch", "django.view") in found
    assert ("django.view.get", f"{HERE}.Failing.get", "django.view.dispatch") in found
    assert "failure" not in spans.last[0] or spans.last[0]["failure"] is None


def test_the_user_that_it_found(spans: Spans) -> None:
    from django.contrib.auth.models import User

    class Known:
        def authenticate(self, request: Any) -> Any:
            return User(pk=7, username="bob"), None

        def authenticate_header(self, request: Any) -> str:
            return "Bearer"

    class Greeting(APIView):
        authentication_classes = (Known,)

        def get(self, request: Any) -> Any:
            return Response(request.user.username)

    with django_site.site([django_site.pattern("^greet$", Greeting.as_view())], REST_FRAMEWORK=REST):
        assert ask(django_site.wsgi(), "/greet").body == b'"bob"'
    assert spans.one()["attributes"]["django.user.id"] == "7"


def test_attacks_in_parsed_bodies(app: Any, spans: Spans) -> None:
    from vedette.protection import protect
    from vedette.settings import load

    undo = protect(load({"protection": "block"}))
    try:
        body = b'{"a": "<script>alert(1)</script>"}'
        assert ask(app, "/echo", "POST", headers={"content-type": "application/json"}, body=body).status == 403
        assert ask(app, "/echo", "POST", headers={"content-type": "application/json"}, body=b"{}").status == 200
    finally:
        undo()
    assert [span["attributes"].get("appsec.blocked") for span in spans()] == ["true", None]


def test_whose_request_it_is(app: Any, spans: Spans, tmp_path: Any) -> None:
    with protected():
        assert ask(app, "/known", headers={"X-Key": "robot"}).body == b'"robot"'
        ask(app, "/known")
    assert told(spans) == [{"id": "7", "login": "robot", "mode": "identification"}, {}]
    with denying(tmp_path, "usr.id", "7"):
        assert ask(app, "/known", headers={"X-Key": "robot"}).status == 403
