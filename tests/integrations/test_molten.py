"""Molten: a span per request with the name of its template; answers as before.

It reads the annotations of handlers: they are no strings here.
"""

import inspect
from typing import Any

import pytest

from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.integrations.wsgi_framework import WSGIFramework, half, pieces, shown, work

molten = pytest.importorskip("molten")


def worked() -> molten.Response:
    return molten.Response(molten.HTTP_200, content=work())


def user(number: int, request: molten.Request) -> molten.Response:
    return molten.Response(molten.HTTP_200, content=shown(number, request.body_file.read()))


def broken() -> None:
    raise LookupError("mine")


def refused() -> None:
    raise molten.errors.HTTPError(molten.HTTP_409, {"no": True})


def stream() -> molten.Response:
    return molten.StreamingResponse(molten.HTTP_200, pieces())


def halved() -> molten.Response:
    return molten.StreamingResponse(molten.HTTP_200, half())


@pytest.fixture
def app() -> Any:
    import molten.errors

    return molten.App(
        routes=[
            molten.Route("/work", worked),
            molten.Route("/users/{number}", user),
            molten.Route("/users/{number}", user, method="POST", name="posted"),
            molten.Route("/broken", broken),
            molten.Route("/refused", refused),
            molten.Route("/stream", stream),
            molten.Route("/half", halved),
            molten.Include("/admin", [molten.Route("/work", worked, name="inner")], namespace="admin"),
        ]
    )


class TestMolten(WSGIFramework):
    name = "molten"
    route = resource = "/users/{number}"
    attributes = {"molten.route": "user", "molten.version": molten.__version__}  # noqa: RUF012
    not_allowed = "DELETE 404"
    not_allowed_status = 404


def test_routes_that_are_included(app: Any, spans: Spans) -> None:
    assert ask(app, "/admin/work").body == b"done"
    span = spans()[0]
    assert (span["resource"], span["attributes"]["molten.route"]) == ("GET /admin/work", "admin:inner")


def test_steps_where_detail_is_full(app: Any, declared_again: Any, spans: Spans) -> None:
    with declared_again("molten", full=True):
        ask(app, "/work")
    assert "molten.middleware.__call__" in {span["name"] for span in spans()}


def test_it_looks_as_before() -> None:
    assert list(inspect.signature(molten.App.__call__).parameters) == ["self", "environ", "start_response"]
