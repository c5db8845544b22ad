"""What frameworks' routers know is told with an application's first request, once, and to nobody who does not ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.protection.shops import CLIENTS
from vedette._native import note_endpoints
from vedette.operations.known_routes import ROUTES

WANTED = {
    "flask": ("flask.request", ("POST", "/body/<how>"), ("GET", "/path/<path:rest>")),
    "starlette": ("starlette.request", ("POST", "/body/{how}"), ("GET", "/path/{rest:path}")),
    "django": ("django.request", ("*", "page"), ("*", "path/<path:rest>")),
    "django asgi": ("django.request", ("*", "page"), ("*", "path/<path:rest>")),
    "aiohttp": ("aiohttp.request", ("POST", "/body/{how}"), ("GET", "/path/{rest}")),
}


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What was told since the test began."""
    told: list[Any] = []
    before = ROUTES.wanted
    ROUTES.listen(lambda name, routes: told.append((name, routes)))
    yield told
    ROUTES.listen(before)


@pytest.mark.parametrize("framework", WANTED)
def test_routes_are_told_once(framework: str, told: list[Any]) -> None:
    client = CLIENTS[framework]()
    assert client("/page").status == 200
    assert client("/page").status == 200
    name, *wanted = WANTED[framework]
    asked = 2 if framework.startswith("django") else 1  # its shop sets the URL configuration anew for each request
    assert [each[0] for each in told] == [name] * asked
    assert set(wanted) <= set(told[0][1])


def test_protection_passes_them_on(told: list[Any], monitoring: None) -> None:
    assert CLIENTS["flask"]()("/page").status == 200
    assert ROUTES.wanted is note_endpoints
    assert told == []


def test_nested_routers_have_their_prefix(told: list[Any]) -> None:
    from fastapi import APIRouter, FastAPI
    from starlette.testclient import TestClient

    app, inner, router = FastAPI(openapi_url=None), FastAPI(openapi_url=None), APIRouter(prefix="/v1")

    @router.get("/users/{number}")
    def user(number: int) -> int:
        return number

    @inner.get("/inside")
    def inside() -> str:
        return "x"

    app.include_router(router)
    app.mount("/sub", inner)
    TestClient(app).get("/v1/users/5")
    assert ("GET", "/sub/inside") in told[0][1]


def test_nobody_who_does_not_ask_is_told() -> None:
    before = ROUTES.wanted
    ROUTES.listen(None)
    try:
        assert not ROUTES.asks(object())
        ROUTES.tell(object(), "x", iter(lambda: ("GET", "/"), None))
    finally:
        ROUTES.listen(before)


def test_routes_without_end_are_cut(told: list[Any]) -> None:
    application = object()
    ROUTES.tell(application, "x", iter(lambda: ("GET", "/"), None))
    assert len(told[0][1]) == 2_000
    assert not ROUTES.asks(application)
