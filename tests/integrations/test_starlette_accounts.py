"""Starlette's authentication: whose request it is, and what the answers tell of credentials."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.integrations.accounts import basic, denying, protected, told
from tests.integrations.asgi_client import ask
from tests.integrations.made import Spans
from vedette.instrument.families.users import basic_login


class Backend(AuthenticationBackend):
    """Lets those in whose password is right; a token is somebody, no header is nobody."""

    async def authenticate(self, conn: Any) -> Any:
        header = conn.headers.get("authorization")
        if header is None:
            return None
        kind, _, credentials = header.partition(" ")
        if kind == "Bearer":
            if credentials != "good":
                raise AuthenticationError("bad token")
            return AuthCredentials(["authenticated"]), SimpleUser("robot")
        name, _, password = base64.b64decode(credentials).decode().partition(":")
        if password != "right":
            raise AuthenticationError("wrong")
        return AuthCredentials(["authenticated"]), SimpleUser(name)


async def page(request: Request) -> PlainTextResponse:
    """Whose page it is."""
    return PlainTextResponse(request.user.display_name)


@pytest.fixture
def app() -> Starlette:
    middleware = [Middleware(AuthenticationMiddleware, backend=Backend())]
    return Starlette(routes=[Route("/", page)], middleware=middleware)


def test_whose_request_it_is(app: Any, spans: Spans) -> None:
    with protected():
        assert ask(app, "/", headers=basic("al")).body == b"al"
        assert ask(app, "/", headers={"authorization": "Bearer good"}).body == b"robot"
        assert ask(app, "/").status == 200
    basically, by_token, nobody = told(spans)
    assert (basically["login"], basically["mode"]) == ("al", "identification")
    assert (by_token["login"], nobody) == ("robot", {})


def test_who_fails(app: Any, spans: Spans) -> None:
    with protected():
        assert ask(app, "/", headers=basic("al", "wrong")).status == 400
        assert ask(app, "/", headers={"authorization": "Bearer bad"}).status == 400
    assert told(spans) == [{"login": "al", "failure": "al", "mode": "identification"}, {}]


def test_denied_users_are_refused(app: Any, tmp_path: Path) -> None:
    with denying(tmp_path, "usr.login", "al"):
        assert ask(app, "/", headers=basic("al")).status == 403
        assert ask(app, "/", headers=basic("bob")).status == 200


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Basic YWw6eA==", "al"),
        ("basic  YWw6eA==", "al"),
        ("Basic YWw=", None),
        ("Basic ", None),
        ("Basic !!!", None),
        ("Basic /////w==", None),
        ("Bearer YWw6eA==", None),
        ("Basic " + "A" * 1_000_000, None),
        (None, None),
        (7, None),
    ],
)
def test_names_in_headers(header: Any, name: str | None) -> None:
    assert basic_login(header) == name
