"""FastAPI's security dependencies: what the answers tell of the credentials that came along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integrations.accounts import basic, denying, protected, told
from tests.integrations.asgi_client import ask
from tests.integrations.made import Spans

fastapi = pytest.importorskip("fastapi")
security = pytest.importorskip("fastapi.security")


FORM, ASKED = fastapi.Depends(), fastapi.Depends(security.HTTPBasic())


def shop() -> Any:
    """With the dependencies that FastAPI's tutorial uses."""
    app = fastapi.FastAPI()

    @app.post("/token")
    def token(form: security.OAuth2PasswordRequestForm = FORM) -> Any:
        if form.password != "right":
            raise fastapi.HTTPException({"late": 429, "broken": 503}.get(form.password, 400), "no")
        return {"access_token": form.username}

    @app.get("/basic")
    async def with_basic(given: Any = ASKED) -> Any:
        if given.password != "right":
            raise fastapi.HTTPException(401, "no")
        return given.username

    return app


def sign_in(app: Any, name: str, password: str = "right") -> int:
    body = f"username={name}&password={password}&grant_type=password".encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
    return ask(app, "/token", "POST", headers=headers, body=body).status


def test_the_password_form(spans: Spans) -> None:
    app = shop()
    with protected():
        statuses = [sign_in(app, "al", password) for password in ("right", "wrong", "late", "broken")]
    assert statuses == [200, 400, 429, 503]
    good, bad, late, broken = told(spans)
    assert good == {"login": "al", "success": "al", "mode": "identification"}
    assert bad == {"login": "al", "failure": "al", "mode": "identification"}
    assert (late, broken) == ({}, {})


def test_http_basic(spans: Spans) -> None:
    app = shop()
    with protected():
        assert ask(app, "/basic", headers=basic("al")).status == 200
        assert ask(app, "/basic", headers=basic("al", "wrong")).status == 401
        assert ask(app, "/basic").status in (401, 403)
    good, bad, without = told(spans)
    assert good == {"login": "al", "mode": "identification"}
    assert bad["failure"] == "al"
    assert without == {}


def test_denied_logins_get_no_answer_of_the_application(tmp_path: Path) -> None:
    app = shop()
    with denying(tmp_path, "usr.login", "al"):
        assert sign_in(app, "al") == 403
        assert sign_in(app, "bob") == 200


def test_without_protection(spans: Spans) -> None:
    assert sign_in(shop(), "al") == 200
    assert told(spans) == [{}]
