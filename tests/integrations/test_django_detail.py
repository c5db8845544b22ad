"""What Django does by itself, told where `detail` is `full` or a switch asks for it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import vedette
from tests.integrations.asgi_client import ask as ask_asgi
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask

pytest.importorskip("django")
from tests.integrations import django_site

from django.core.cache import cache  # isort: skip  # once it is set up
from django.http import HttpResponse  # isort: skip
from django.shortcuts import render  # isort: skip
from django.template.response import TemplateResponse  # isort: skip
from django.views.generic import View  # isort: skip

HERE = __name__
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOCMEM = "django.core.cache.backends.locmem"


def page(request: Any) -> Any:
    return HttpResponse("page")


def rendered(request: Any) -> Any:
    return render(request, "outer.html", {"name": "bob"})


def rendered_later(request: Any) -> Any:
    return TemplateResponse(request, "page.html", {"name": "bob"})


def cached(request: Any) -> Any:
    cache.set("k", 1)
    cache.get("k")
    cache.get("absent", "default")
    cache.get_many(["k", "l"])
    return HttpResponse("cached")


def queried(request: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("queried")


def broken(request: Any) -> Any:
    raise LookupError("mine")


class Shown(View):
    def get(self, request: Any) -> Any:
        return HttpResponse("shown")


def passing(get_response: Any) -> Any:
    """A middleware made by a factory."""

    def passed(request: Any) -> Any:
        return get_response(request)

    return passed


class Hooked:
    """A middleware with hooks."""

    def __init__(self, get_response: Any = None) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_view(self, *_: Any) -> None:
        return None

    def process_exception(self, request: Any, error: Exception) -> Any:
        return HttpResponse("caught", status=409)


PATTERNS = [
    django_site.pattern("^page$", page),
    django_site.pattern("^rendered$", rendered),
    django_site.pattern("^rendered-later$", rendered_later),
    django_site.pattern("^cached$", cached),
    django_site.pattern("^queried$", queried),
    django_site.pattern("^broken$", broken),
    django_site.pattern("^shown$", Shown.as_view()),
]
modern = pytest.mark.skipif(django_site.VERSION < (1, 10), reason="middleware around the rest came with 1.10")


@pytest.fixture
def told(declared_again: Any, spans: Spans) -> Any:
    """`told("/page", tracing_minimal=False)`: (name, resource, parent) of the spans of a request."""

    def answer(path: str, middleware: Any = (), **options: Any) -> list[tuple[str, str, str | None]]:
        # With settings of their own the caches are made anew, so that their classes are met.
        with declared_again("django", **options), django_site.site(PATTERNS, middleware, CACHES=CACHES):
            ask(django_site.wsgi(), path)
        return [(span["name"], span["resource"], span.get("parent")) for span in spans()][1:]

    return answer


def test_nothing_of_it_by_default(told: Any) -> None:
    assert told("/rendered", [f"{HERE}.Hooked"]) == []
    assert told("/cached") == []


def test_views(told: Any) -> None:
    assert told("/page", instrument_views=True) == [("django.view", f"{HERE}.page", "django.request")]


@pytest.mark.skipif(django_site.VERSION < (1, 9), reason="views tell the class that made them since 1.9")
def test_views_of_classes(told: Any) -> None:
    setup = ("django.view.setup", "django.views.generic.base.View.setup", "django.view")
    assert [span for span in told("/shown", full=True) if span != setup] == [
        ("django.view", f"{HERE}.Shown", "django.request"),
        ("django.view.dispatch", "django.views.generic.base.View.dispatch", "django.view"),
        ("django.view.get", f"{HERE}.Shown.get", "django.view.dispatch"),
    ]


@modern
def test_middleware(told: Any) -> None:
    common = "django.middleware.common.CommonMiddleware"
    found = told("/page", [common, f"{HERE}.passing", f"{HERE}.Hooked"], instrument_middleware=True)
    assert found == [
        ("django.middleware", f"{common}.__call__", "django.request"),
        ("django.middleware", f"{common}.process_request", "django.middleware"),
        ("django.middleware", f"{HERE}.passing", "django.middleware"),
        ("django.middleware", f"{HERE}.Hooked.__call__", "django.middleware"),
        ("django.middleware", f"{HERE}.Hooked.process_view", "django.middleware"),
        ("django.middleware", f"{common}.process_response", "django.middleware"),
    ]


def test_exceptions_that_a_middleware_answers(told: Any, spans: Spans) -> None:
    found = told("/broken", [f"{HERE}.Hooked"], tracing_minimal=False)
    assert found[-1][:2] == ("django.middleware", f"{HERE}.Hooked.process_exception")
    request = spans.last[0]
    assert (request["attributes"]["http.response.status_code"], request.get("failure")) == (409, None)
    view = next(span for span in spans.last if span["name"] == "django.view")
    assert view["failure"][:2] == ("LookupError", "mine")


def test_templates(told: Any, spans: Spans) -> None:
    assert told("/rendered", instrument_templates=True) == [
        ("django.template.render", "outer.html", "django.request"),
        ("django.template.render", "page.html", "django.template.render"),
    ]
    span = spans.last[1]
    assert (span["type"], span["attributes"]) == (
        "template",
        {
            "component": "django",
            "django.template.name": "outer.html",
            "django.template.engine.class": "django.template.engine.Engine",
        },
    )


def test_responses_that_render_themselves(told: Any, spans: Spans) -> None:
    assert told("/rendered-later", instrument_templates=True) == [
        ("django.response.render", "django.template.response.TemplateResponse.render", "django.request"),
        ("django.template.render", "page.html", "django.response.render"),
    ]
    assert spans.last[0]["attributes"]["django.response.template"] == "page.html"


def test_caches(told: Any, spans: Spans) -> None:
    found = told("/cached", instrument_caches=True)
    parts = [(name, resource.rpartition(".")[2]) for name, resource, parent in found if parent == "django.request"]
    assert parts == [
        ("django.cache", "set"),
        ("django.cache", "get"),
        ("django.cache", "get"),
        ("django.cache", "get_many"),
    ]
    assert found[0] == ("django.cache", f"{LOCMEM}.set", "django.request")
    get = spans.last[2]
    assert (get["type"], get["attributes"]) == (
        "cache",
        {
            "component": "django",
            "django.cache.backend": f"{LOCMEM}.LocMemCache",
            "django.cache.key": "k",
            "db.response.returned_rows": 1,
        },
    )
    assert spans.last[3]["attributes"]["db.response.returned_rows"] == 0
    assert spans.last[4]["attributes"]["django.cache.key"] == "k l"


def test_services_of_caches_and_databases(told: Any, spans: Spans) -> None:
    from django.db import connection

    told("/cached", instrument_caches=True, cache_service="memory")
    assert {span["service"] for span in spans.last} == {"django", "memory"}
    connection.connection = None
    told("/queried", database_service_name_prefix="shop-")
    assert spans.last[-1]["service"] == "shop-defaultdb"


def test_databases(told: Any, spans: Spans) -> None:
    from django.db import connection

    connection.connection = None
    told("/queried", instrument_databases=True)
    span = spans.last[-1]
    assert (span["name"], span["resource"], span["service"]) == ("sqlite.query", "select 1", "sqlite")
    assert {key: value for key, value in span["attributes"].items() if key.startswith("django")} == {
        "django.db.alias": "default",
        "django.db.vendor": "sqlite",
    }
    connection.connection = None


def test_receivers_of_signals(told: Any) -> None:
    from django.core.signals import request_finished, request_started

    def received(sender: Any, **_: Any) -> None:
        """A receiver."""

    request_started.connect(received)
    request_finished.connect(received)
    try:
        found = told("/page", instrument_signals=True)
        assert ("django.signal", f"{HERE}.test_receivers_of_signals", "django.request") in found
    finally:
        request_started.disconnect(received)
        request_finished.disconnect(received)


def test_functions_are_as_before(told: Any) -> None:
    before = page.__code__
    told("/page", full=True)
    assert page.__code__ is before
    assert View.dispatch.__code__.co_filename.endswith("base.py")


@pytest.mark.skipif(django_site.VERSION < (3, 1), reason="asynchronous views came with 3.1")
def test_asynchronous_views_and_middleware(declared_again: Any, spans: Spans) -> None:
    async def later(request: Any) -> Any:
        await asyncio.sleep(0)
        with vedette.tracer.span("work"):
            return HttpResponse("later")

    middleware = ["django.middleware.common.CommonMiddleware", f"{HERE}.passing"]
    with declared_again("django", full=True), django_site.site([django_site.pattern("^later$", later)], middleware):
        assert ask_asgi(django_site.asgi(), "/later").body == b"later"
    found = [(span["name"], span["resource"], span.get("parent")) for span in spans()]
    common = "django.middleware.common.CommonMiddleware"
    assert found[0][:2] == ("django.request", "GET ^later$")
    assert ("django.middleware", f"{common}.__call__", "django.request") in found
    assert ("django.view", f"{HERE}.later", "django.middleware") in found
    assert ("work", "work", "django.view") in found


@pytest.mark.skipif(django_site.VERSION < (4, 1), reason="asynchronous class-based views came with 4.1")
def test_asynchronous_views_of_classes(declared_again: Any, spans: Spans) -> None:
    class Later(View):
        async def get(self, request: Any) -> Any:
            await asyncio.sleep(0)
            return HttpResponse("later")

    with declared_again("django", full=True), django_site.site([django_site.pattern("^later$", Later.as_view())]):
        assert ask_asgi(django_site.asgi(), "/later").body == b"later"
    assert [(span["name"], span.get("parent")) for span in spans()] == [
        ("django.request", None),
        ("django.view.setup", "django.request"),
        ("django.view.get", "django.request"),
    ]
