"""Flask-Login: who signs in, who is met, who fails; nothing changes for the application."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path
from typing import Any

import flask_login
import pytest
from flask import Flask, jsonify, request

from tests.integrations.accounts import denying, protected, told
from tests.integrations.made import Spans
from vedette.integrations import flask_login as described


class User(flask_login.UserMixin):
    """As applications write it."""

    def __init__(self, name: str) -> None:
        self.id = f"id-{name}"
        self.username = name
        self.email = f"{name}@example.org"

    @property
    def is_active(self) -> bool:
        return self.username != "sleepy"

    @property
    def uuid(self) -> Any:
        raise RuntimeError("no database here")


USERS = {name: User(name) for name in ("al", "bob", "sleepy")}


@pytest.fixture
def app() -> Flask:
    described._FORMS.clear()
    app = Flask("accounts")
    app.secret_key = "not secret"
    manager = flask_login.LoginManager()
    manager.init_app(app)

    @manager.user_loader
    def load(user_id: str) -> Any:
        return next((user for user in USERS.values() if user.id == user_id), None)

    @app.route("/in", methods=["POST"])
    def sign_in() -> Any:
        known = USERS.get(request.form["who"])
        if known is None or request.form["password"] != "right":
            return "no", int(request.form.get("status", "200"))
        return jsonify(flask_login.login_user(known))

    @app.route("/in-json", methods=["POST"])
    def sign_in_json() -> Any:
        given = request.get_json()
        if given["password"] != "right":
            return "no", 401
        return jsonify(flask_login.login_user(USERS[given["email"].partition("@")[0]]))

    @app.route("/me")
    def me() -> str:
        return str(flask_login.current_user.is_authenticated)

    @app.route("/plain")
    def plain() -> str:
        return "plain"

    return app


def post(client: Any, who: str, password: str = "right", **more: str) -> int:
    response = client.post("/in", data={"who": who, "password": password, **more})
    response.get_data()
    response.close()
    return int(response.status_code)


def get(client: Any, path: str) -> int:
    response = client.get(path)
    response.get_data()
    response.close()
    return int(response.status_code)


def test_who_signs_in(app: Flask, spans: Spans) -> None:
    with protected():
        assert post(app.test_client(), "al") == 200
    assert told(spans) == [{"id": "id-al", "login": "al", "success": "al", "mode": "identification"}]


def test_who_is_met(app: Flask, spans: Spans) -> None:
    client = app.test_client()
    post(client, "al")
    with protected():
        get(client, "/me")
        get(client, "/plain")
        get(app.test_client(), "/me")
    assert told(spans)[1:] == [{"id": "id-al", "login": "al", "mode": "identification"}, {}, {}]


def test_users_who_are_not_active_fail(app: Flask, spans: Spans) -> None:
    with protected():
        post(app.test_client(), "sleepy")
    (event,) = told(spans)
    assert (event["failure"], event["exists"]) == ("sleepy", "true")
    assert "id" not in event


def test_who_fails_where_somebody_signed_in_before(app: Flask, spans: Spans) -> None:
    client = app.test_client()
    with protected():
        post(client, "al", "wrong")
        post(client, "al")
        post(client, "al", "wrong")
        post(client, "nobody")
        post(client, "al", "wrong", status="503")
        post(client, "al", "wrong", status="429")
        post(client, "al")
    failures = [each.get("failure") for each in told(spans)]
    assert failures == [None, None, "al", "nobody", None, None, None]


def test_json_too(app: Flask, spans: Spans) -> None:
    client = app.test_client()
    with protected():
        for password in ("right", "wrong"):
            client.post("/in-json", json={"email": "bob@example.org", "password": password}).close()
    assert [each.get("failure") for each in told(spans)] == [None, "bob@example.org"]


def test_anonymous(app: Flask, spans: Spans) -> None:
    with protected(user_events="anonymization"):
        post(app.test_client(), "al")
    (event,) = told(spans)
    login = "anon_" + __import__("hashlib").sha256(b"al").hexdigest()[:32]
    assert (event["success"], event["login"], event["mode"]) == (login, login, "anonymization")
    assert event["id"].startswith("anon_")


def test_disabled(app: Flask, spans: Spans) -> None:
    with protected(user_events="disabled"):
        post(app.test_client(), "al")
    assert told(spans) == [{}]


def test_without_protection(app: Flask, spans: Spans) -> None:
    assert post(app.test_client(), "al") == 200
    assert told(spans) == [{}]


@pytest.mark.parametrize(("address", "value"), [("usr.id", "id-al"), ("usr.login", "al")])
def test_denied_users_are_refused(app: Flask, tmp_path: Path, address: str, value: str) -> None:
    client = app.test_client()
    post(client, "al")
    with denying(tmp_path, address, value):
        assert get(client, "/me") == 403
        assert get(client, "/plain") == 200
        assert post(app.test_client(), "al") == 403
        assert post(app.test_client(), "bob") == 200


def test_nothing_changes_for_the_application() -> None:
    assert str(inspect.signature(flask_login.login_user)).startswith("(user, remember=False")
    assert pickle.loads(pickle.dumps(flask_login.login_user)) is flask_login.login_user
    assert flask_login.login_user is flask_login.utils.login_user
