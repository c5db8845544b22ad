"""Django through WSGI and its test client: a span per request, named by its route, and answers as before."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import vedette
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import Answered, ask, environ_of

pytest.importorskip("django")
from tests.integrations import django_site

from django.contrib.auth.models import AnonymousUser, User  # isort: skip  # once it is set up
from django.core.exceptions import PermissionDenied, SuspiciousOperation  # isort: skip
from django.http import Http404, HttpResponse, StreamingHttpResponse  # isort: skip
from django.test import Client, RequestFactory  # isort: skip

PARENT = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
HERE = __name__


def user(request: Any, number: str) -> Any:
    span = vedette.current_span()
    assert span is not None
    return HttpResponse(f"{number} {span.name} {request.body.decode()}")


def work(request: Any) -> Any:
    with vedette.tracer.span("work"):
        return HttpResponse("done")


def broken(request: Any) -> Any:
    raise LookupError("mine")


def missing(request: Any) -> Any:
    raise Http404("nothing here")


def denied(request: Any) -> Any:
    raise PermissionDenied("not you")


def suspicious(request: Any) -> Any:
    raise SuspiciousOperation("not so")


def unavailable(request: Any) -> Any:
    return HttpResponse("later", status=503)


def stream(request: Any) -> Any:
    def pieces() -> Any:
        for piece in (b"one", b"two"):
            with vedette.tracer.span(piece.decode()):
                yield piece
        if "break" in request.GET:
            raise LookupError("too late")

    return StreamingHttpResponse(pieces())


def file(request: Any) -> Any:
    response = StreamingHttpResponse(())
    response.file_to_stream = open(__file__, "rb")  # noqa: SIM115  (the server closes it)
    response.block_size = 10
    return response


def greeted(request: Any) -> Any:
    return HttpResponse(str(request.user))


def logged_in(request: Any) -> Any:
    request.user = User(pk=7, username="bob")
    return HttpResponse("hello")


def unnamed(request: Any, first: str, second: str) -> Any:
    return HttpResponse(first + second)


PATTERNS = [
    django_site.pattern(r"^users/(?P<number>\d+)/$", user, name="user"),
    django_site.pattern(r"^work$", work),
    django_site.pattern(r"^broken$", broken),
    django_site.pattern(r"^missing$", missing),
    django_site.pattern(r"^denied$", denied),
    django_site.pattern(r"^suspicious$", suspicious),
    django_site.pattern(r"^unavailable$", unavailable),
    django_site.pattern(r"^stream$", stream),
    django_site.pattern(r"^file$", file),
    django_site.pattern(r"^greeted$", greeted),
    django_site.pattern(r"^logged-in$", logged_in),
    django_site.pattern(r"^two/(\w)/(\w)$", unnamed),
    django_site.pattern(
        r"^admin/",
        django_site.included([django_site.pattern(r"^(?P<number>\d+)$", user, name="detail")], "staff"),
    ),
    django_site.pattern(r"^$", work, name="home"),
]


@pytest.fixture(params=["plain", "with middleware"])
def app(request: Any) -> Any:
    with django_site.site(PATTERNS, django_site.MIDDLEWARE if request.param != "plain" else ()):
        made = django_site.wsgi()
        if hasattr(made, "load_middleware") and django_site.VERSION < (1, 10):
            made.load_middleware()
        yield made


def get(app: Any, path: str, method: str = "GET", **more: Any) -> Answered:
    headers = {"user-agent": "test", **more.pop("headers", {})}
    return ask(app, path, method, headers=headers, **more)


def expected(path: str, route: str | None = None, status: int = 200, method: str = "GET", **more: Any) -> Any:
    attributes = {
        "component": "django",
        "http.request.method": method,
        "url.full": f"http://testserver{path}",
        "user_agent.original": "test",
        "network.protocol.version": "1.1",
        "network.peer.address": "10.1.2.3",
        "http.response.status_code": status,
        "django.request.class": "django.core.handlers.wsgi.WSGIRequest",
        "django.response.class": "django.http.response.HttpResponse",
        **({"http.route": route} if route else {}),
        **more.pop("attributes", {}),
    }
    span = {"name": "django.request", "resource": f"{method} {route or status}", "service": "django", "type": "web"}
    return {**span, "kind": "server", **more, "attributes": attributes}


def test_a_request_is_one_span(app: Any, spans: Spans) -> None:
    assert get(app, "/users/7/?page=2").body == b"7 django.request "
    route = r"^users/(?P<number>\d+)/$"
    assert spans() == [expected("/users/7/?page=2", route, attributes={"django.view": "user"})]


def test_bodies_arrive(app: Any, spans: Spans) -> None:
    assert get(app, "/users/7/", "POST", body=b"hello").body == b"7 django.request hello"
    assert spans.one()["resource"] == r"POST ^users/(?P<number>\d+)/$"


def test_the_trace_of_whoever_asked_goes_on(app: Any, spans: Spans) -> None:
    get(app, "/work", headers=PARENT)
    request, within = spans()
    assert (request["parent"], within["parent"]) == ("remote", "django.request")
    assert {span["trace_id"] for span in spans.last} == {0x4BF92F3577B34DA6A3CE929D0E0E4736}


def test_it_can_be_told_not_to(app: Any, spans: Spans, option: Any) -> None:
    option("django", distributed_tracing=False)
    get(app, "/work", headers=PARENT)
    assert "parent" not in spans()[0]


def test_nothing_stays_active(app: Any) -> None:
    get(app, "/work")
    get(app, "/broken")
    assert vedette.current_span() is None


def test_included_patterns_are_joined(app: Any, spans: Spans) -> None:
    get(app, "/admin/7")
    named = {"django.view": "staff:detail", "django.namespace": "staff", "django.app": "staff"}
    assert spans() == [expected("/admin/7", r"^admin/(?P<number>\d+)$", attributes=named)]


def test_arguments_of_patterns_are_not_the_clients(spans: Spans) -> None:
    from vedette.protection import protect
    from vedette.settings import load

    if django_site.VERSION >= (2, 0):
        from django.urls import re_path as url
    else:
        from django.conf.urls import url
    given = url(r"^files/(?P<name>.+)$", lambda request, name, root: HttpResponse(name), {"root": "../../etc/passwd"})
    undo = protect(load({"protection": "block"}))
    try:
        with django_site.site([given]):
            assert get(django_site.wsgi(), "/files/page.txt").status == 200
            assert get(django_site.wsgi(), "/files/a%3Cscript%3Ealert(1)%3C%2Fscript%3E").status == 403
    finally:
        undo()
    assert [span["attributes"].get("appsec.blocked") for span in spans()] == [None, "true"]


def test_the_front_page(app: Any, spans: Spans) -> None:
    get(app, "/")
    assert spans()[0]["resource"] == "GET ^$"


@pytest.mark.skipif(django_site.VERSION < (2, 0), reason="paths came with 2.0")
def test_paths_within_paths(spans: Spans) -> None:
    from django.urls import include, path

    inner = [path("<slug:name>/", lambda request, number, name: HttpResponse(name))]
    with django_site.site([path("shop/<int:number>/", include(inner)), path("", lambda request: HttpResponse(""))]):
        get(django_site.wsgi(), "/shop/7/x/")
        get(django_site.wsgi(), "/")
    within, front = spans()
    assert within["resource"] == "GET shop/<int:number>/<slug:name>/"
    assert within["attributes"]["http.route"] == "shop/<int:number>/<slug:name>/"
    assert front["resource"] == "GET ^/"


def test_unknown_paths_are_one_kind_of_request(app: Any, spans: Spans) -> None:
    assert get(app, "/nowhere/7").status == 404
    response = {"django.response.class": "django.http.response.HttpResponseNotFound"}
    assert spans() == [expected("/nowhere/7", None, 404, attributes=response)]


@pytest.mark.parametrize(
    ("path", "status"), [("/missing", 404), ("/denied", 403), ("/suspicious", 400)], ids=["404", "403", "400"]
)
def test_what_the_client_did_wrong_is_no_error(app: Any, spans: Spans, path: str, status: int) -> None:
    assert get(app, path).status == status
    span = spans.one()
    assert ("error" in span, "failure" in span) == (False, False)
    assert (span["attributes"]["http.response.status_code"], span["resource"]) == (status, f"GET ^{path[1:]}$")


def test_an_error_of_the_view(app: Any, spans: Spans) -> None:
    assert get(app, "/broken").status == 500
    span = spans.one()
    assert span["failure"] == ("LookupError", "mine")
    assert (span["error"], span["resource"]) == (True, "GET ^broken$")
    assert span["attributes"]["http.response.status_code"] == 500


def test_an_error_that_propagates_is_the_views_own(app: Any, spans: Spans) -> None:
    from django.test.utils import override_settings

    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True), pytest.raises(LookupError, match="mine"):
        get(app, "/broken")
    assert spans.one()["failure"] == ("LookupError", "mine")


def test_a_failure_without_an_exception(app: Any, spans: Spans) -> None:
    assert get(app, "/unavailable").status == 503
    span = spans.one()
    assert ("failure" in span, span["error"]) == (False, True)


def test_head_and_options(app: Any, spans: Spans) -> None:
    assert get(app, "/work", "HEAD").status == 200
    assert get(app, "/work", "OPTIONS").status == 200
    assert [span["resource"] for span in spans() if span["name"] != "work"] == ["HEAD ^work$", "OPTIONS ^work$"]


def test_methods_that_are_not_allowed(spans: Spans) -> None:
    from django.views.generic import View

    class Page(View):
        def get(self, request: Any) -> Any:
            return HttpResponse("page")

    with django_site.site([django_site.pattern("^page$", Page.as_view())]):
        assert get(django_site.wsgi(), "/page", "DELETE").status == 405
    span = spans.one()
    assert (span["resource"], span["attributes"]["http.response.status_code"]) == ("DELETE ^page$", 405)
    assert span["attributes"]["django.view"].endswith("Page")


def test_a_stream_lasts_until_its_end(app: Any, spans: Spans) -> None:
    answered = Answered()
    answered.result = app(environ_of("/stream"), answered.start)
    assert spans() == []
    assert b"".join(answered.pieces()) == b"onetwo"
    answered.close()
    request, one, two = spans()
    assert (one["parent"], two["parent"]) == ("django.request", "django.request")
    assert request["attributes"]["django.response.class"] == "django.http.response.StreamingHttpResponse"


def test_a_stream_that_is_closed_early(app: Any, spans: Spans) -> None:
    answered = Answered()
    answered.result = app(environ_of("/stream"), answered.start)
    answered.close()
    assert [span["name"] for span in spans()] == ["django.request"]
    assert vedette.current_span() is None


def test_a_stream_that_breaks(app: Any, spans: Spans) -> None:
    with pytest.raises(LookupError, match="too late"):
        get(app, "/stream?break=1")
    assert spans()[0]["failure"] == ("LookupError", "too late")


def test_files_are_the_servers_to_send(app: Any, spans: Spans) -> None:
    from wsgiref.util import FileWrapper

    answered = Answered()
    answered.result = app(environ_of("/file"), answered.start)
    assert type(answered.result) is FileWrapper
    answered.result.filelike.close()
    assert spans.one()["resource"] == "GET ^file$"


def test_complete_responses_stay_what_they_are(app: Any) -> None:
    result = app(environ_of("/work"), Answered().start)
    assert type(result) is HttpResponse
    assert result.content == b"done"


def test_the_user_is_told_if_somebody_looked(spans: Spans, option: Any) -> None:
    with django_site.site(PATTERNS, django_site.MIDDLEWARE):
        app = django_site.wsgi()
        assert get(app, "/work").headers.get("vary") is None
        assert get(app, "/greeted").body == str(AnonymousUser()).encode()
        get(app, "/logged-in")
        option("django", include_user_name=False)
        get(app, "/logged-in")
    told = [
        {key[12:]: value for key, value in span["attributes"].items() if key.startswith("django.user.")}
        for span in spans()
        if span["name"] != "work"
    ]
    bob = {"is_authenticated": "True", "id": "7"}
    assert told == [{}, {"is_authenticated": "False"}, {**bob, "name": "bob"}, bob]


@pytest.mark.parametrize(
    ("switch", "resource"),
    [
        ("use_handler_resource_format", f"GET {HERE}.user"),
        ("use_handler_with_url_name_resource_format", f"GET {HERE}.user.user"),
        ("use_legacy_resource_format", f"{HERE}.user"),
    ],
)
def test_other_names_for_requests(app: Any, spans: Spans, option: Any, switch: str, resource: str) -> None:
    option("django", **{switch: True})
    get(app, "/users/7/")
    span = spans.one()
    assert (span["resource"], span["attributes"]["http.route"]) == (resource, r"^users/(?P<number>\d+)/$")
    get(app, "/nowhere")
    assert spans.one()["resource"] == "GET 404"


def test_an_answer_before_the_view(spans: Spans) -> None:
    with django_site.site(PATTERNS, [f"{HERE}.Closed"]):
        assert get(django_site.wsgi(), "/work").body == b"closed"
        assert get(django_site.wsgi(), "/work?early=1").body == b"early"
    assert [span["resource"] for span in spans()] == ["GET ^work$", "GET 200"]


class Closed:
    """Answers before the view, or before the router."""

    def __init__(self, get_response: Any = None) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.process_request(request) or self.get_response(request)

    def process_request(self, request: Any) -> Any:
        return HttpResponse("early") if "early" in request.GET else None

    def process_view(self, *_: Any) -> Any:
        return HttpResponse("closed")


def test_an_error_of_the_middleware(spans: Spans) -> None:
    with django_site.site(PATTERNS, [f"{HERE}.Failing"]):
        assert get(django_site.wsgi(), "/work").status == 500
    span = spans.one()
    assert (span["failure"], span["resource"]) == (("LookupError", "middleware"), "GET 500")


class Failing:
    """Fails at once."""

    def __init__(self, get_response: Any = None) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.process_request(request)

    def process_request(self, request: Any) -> Any:
        raise LookupError("middleware")


def test_urls_of_a_request(spans: Spans) -> None:
    """A middleware may give a request URLs of its own."""
    import sys
    from types import ModuleType

    other: Any = ModuleType("tests.integrations.django_other_urls")
    other.urlpatterns = [django_site.pattern("^elsewhere$", work)]
    sys.modules[other.__name__] = other
    with django_site.site(PATTERNS, [f"{HERE}.Elsewhere"]):
        assert get(django_site.wsgi(), "/elsewhere").body == b"done"
    assert spans()[0]["resource"] == "GET ^elsewhere$"


class Elsewhere(Closed):
    """Other URLs."""

    def process_request(self, request: Any) -> Any:
        request.urlconf = "tests.integrations.django_other_urls"

    process_view = None  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name == "process_view":
            raise AttributeError(name)
        return super().__getattribute__(name)


def test_the_test_client(spans: Spans) -> None:
    with django_site.site(PATTERNS, django_site.MIDDLEWARE):
        answer = Client().get("/users/7/", HTTP_USER_AGENT="test", REMOTE_ADDR="10.1.2.3")
    assert answer.content == b"7 django.request "
    span = spans.one()
    assert (span["resource"], span["attributes"]["http.response.status_code"]) == (r"GET ^users/(?P<number>\d+)/$", 200)
    assert span["attributes"]["django.request.class"] == "django.core.handlers.wsgi.WSGIRequest"


def test_the_test_client_gets_the_views_own_error(spans: Spans) -> None:
    with django_site.site(PATTERNS), pytest.raises(LookupError, match="mine"):
        Client().get("/broken")
    assert spans.one()["failure"] == ("LookupError", "mine")


def test_the_test_client_reads_streams(spans: Spans) -> None:
    with django_site.site(PATTERNS):
        answer = Client().get("/stream")
        assert b"".join(answer.streaming_content) == b"onetwo"
    assert [span.get("parent") for span in spans()] == [None, "django.request", "django.request"]


def test_requests_made_by_hand(app: Any, spans: Spans) -> None:
    response = app.get_response(RequestFactory().get("/work"))
    assert response.content == b"done"
    assert [(span["resource"], span.get("parent")) for span in spans()] == [
        ("GET ^work$", None),
        ("work", "django.request"),
    ]


def test_a_request_within_a_request(spans: Spans) -> None:
    def asking(request: Any) -> Any:
        return HttpResponse(Client().get("/work").content)

    with django_site.site([*PATTERNS, django_site.pattern("^asking$", asking)]):
        assert get(django_site.wsgi(), "/asking").body == b"done"
    assert [(span["resource"], span.get("parent")) for span in spans()] == [
        ("GET ^asking$", None),
        ("GET ^work$", "django.request"),
        ("work", "django.request"),
    ]


def test_within_another_application(app: Any, spans: Spans) -> None:
    flask = pytest.importorskip("flask")
    outer = flask.Flask("outer")
    plain = outer.wsgi_app
    outer.wsgi_app = lambda environ, start: (app if environ["PATH_INFO"] == "/work" else plain)(environ, start)
    assert ask(outer, "/work").body == b"done"
    assert [span["name"] for span in spans()] == ["django.request", "work"]


def test_statements_of_the_orm(app: Any, spans: Spans) -> None:
    from django.db import connections
    from django.db.backends.sqlite3.base import DatabaseWrapper

    # One of its own: Django's, which stays open as long as the process, may be from before vedette was started.
    connection = DatabaseWrapper(connections["default"].settings_dict, "default")
    connection.ensure_connection()
    spans()
    with vedette.tracer.span("outer"), connection.cursor() as cursor:
        cursor.execute("select %s", [7])
        assert cursor.fetchone() == (7,)
    _, statement = spans()
    assert (statement["name"], statement["parent"]) == ("sqlite.query", "outer")
    assert statement["resource"] in ("select ?", "select %s")  # as the driver gets it, or before Django writes it anew


def test_hostile_requests(app: Any, spans: Spans) -> None:
    hostile = {"traceparent": "x" * 10_000, "x-datadog-trace-id": "-1", "user-agent": "\xff", "baggage": "," * 5_000}
    assert get(app, "/work", headers=hostile).body == b"done"
    assert get(app, "/%ff%00/" + "x" * 5_000 + "?\xff=%zz").status in (400, 404)
    assert get(app, "/work", headers={"host": "not a host\xff", "content-length": "many"}).status in (200, 400)
    assert len([span for span in spans() if span["name"] == "django.request"]) == 3


def test_it_looks_as_before(app: Any) -> None:
    from django.core.handlers.base import BaseHandler
    from django.core.handlers.wsgi import WSGIHandler

    assert list(inspect.signature(WSGIHandler.__call__).parameters) == ["self", "environ", "start_response"]
    assert list(inspect.signature(BaseHandler.get_response).parameters) == ["self", "request"]
    assert inspect.isfunction(BaseHandler.make_view_atomic)


def test_nothing_is_left_in_the_environ(app: Any) -> None:
    environ = environ_of("/work")
    before = set(environ)
    answered = Answered()
    b"".join(app(environ, answered.start))
    assert {key for key in set(environ) - before if "vedette" in key.lower()} == set()
