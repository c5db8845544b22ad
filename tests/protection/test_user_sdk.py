"""What applications tell of users by themselves: tags, kept traces, refusals, on every framework; and bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import vedette
from tests.integrations.made import Spans
from tests.integrations.wsgi_client import ask
from tests.protection.conftest import triggers
from tests.protection.shop import ran
from tests.protection.shops import CLIENTS
from vedette import _native
from vedette.protection import (
    block_request,
    is_user_blocked,
    set_user,
    track_event,
    track_login_failure,
    track_login_success,
    track_signup,
)

SUCCESS = "appsec.events.users.login.success."
FAILURE = "appsec.events.users.login.failure."
LISTS = ("blocked_users", "blocked_sessions")


def deny_lists(folder: Path, *values: str) -> str:
    """A rule file that is nothing but deny lists of users, logins and sessions."""
    data = [{"value": value} for value in values]
    lists = [{"id": name, "type": "data_with_expiration", "data": data} for name in LISTS]
    file = folder / "deny.json"
    file.write_text(json.dumps({"version": "2.2", "rules": [], "rules_data": lists}))
    return str(file)


@pytest.fixture
def denying(protected: Any, tmp_path: Path) -> None:
    """The user, session or login `evil` is refused."""
    protected("block", protection_rules=deny_lists(tmp_path, "evil"))


@pytest.fixture
def told(protected: Any, spans: Spans) -> Any:
    """Calls a function within a request; the request's attributes, without those of HTTP."""

    def within(function: Any, mode: str = "monitor", **options: Any) -> dict[str, Any]:
        protected(mode, **options)
        app = Flask("within")
        app.add_url_rule("/", view_func=lambda: str(function()))
        assert ask(app, "/").status == 200
        attributes = spans.one()["attributes"]
        wanted = ("usr.", "user.", "session.", "appsec.events")
        return {name: value for name, value in attributes.items() if any(word in name for word in wanted)}

    return within


def test_a_user(told: Any) -> None:
    def view() -> None:
        more = {"plan": "pro", "account": {"age": 3}}
        set_user("u1", login="al", session_id="s1", name="Al", email="a@b.c", role="admin", scope="all", metadata=more)

    assert told(view) == {
        "user.id": "u1",
        "user.full_name": "Al",
        "user.email": "a@b.c",
        "session.id": "s1",
        "usr.role": "admin",
        "usr.scope": "all",
        "usr.plan": "pro",
        "usr.account.age": "3",
        "_dd.appsec.user.collection_mode": "sdk",
        "_dd.appsec.usr.id": "u1",
        "_dd.appsec.usr.login": "al",
    }


def test_a_good_sign_in(told: Any, spans: Spans) -> None:
    assert told(lambda: track_login_success("al@b.c", "u1", {"plan": "pro", "n": 3})) == {
        SUCCESS + "track": "true",
        SUCCESS + "usr.id": "u1",
        SUCCESS + "usr.login": "al@b.c",
        SUCCESS + "plan": "pro",
        SUCCESS + "n": "3",
        "_dd." + SUCCESS + "sdk": "true",
        "_dd." + SUCCESS + "login": "al@b.c",
        "_dd.appsec.user.collection_mode": "sdk",
        "user.id": "u1",
    }


def test_a_failed_sign_in_is_not_the_users_request(told: Any) -> None:
    assert told(lambda: track_login_failure("al@b.c", exists=True, user_id="u1", metadata={"why": "code"})) == {
        FAILURE + "track": "true",
        FAILURE + "usr.id": "u1",
        FAILURE + "usr.login": "al@b.c",
        FAILURE + "login": "al@b.c",
        FAILURE + "usr.exists": "true",
        FAILURE + "why": "code",
        "_dd." + FAILURE + "sdk": "true",
        "_dd." + FAILURE + "login": "al@b.c",
        "_dd.appsec.user.collection_mode": "sdk",
    }


def test_a_failed_sign_in_of_nobody(told: Any) -> None:
    attributes = told(lambda: track_login_failure("nobody", exists=False))
    assert attributes[FAILURE + "usr.exists"] == "false"
    assert FAILURE + "usr.id" not in attributes


def test_whether_there_is_an_account_may_be_unknown(told: Any) -> None:
    assert FAILURE + "usr.exists" not in told(lambda: track_login_failure("al"))


def test_a_sign_up(told: Any) -> None:
    assert told(lambda: track_signup("al", "u1")) == {
        "appsec.events.users.signup.track": "true",
        "appsec.events.users.signup.track.sdk": "true",
        "_dd.appsec.events.users.signup.sdk": "true",
        "appsec.events.users.signup.usr.id": "u1",
        "appsec.events.users.signup.usr.login": "al",
        "_dd.appsec.user.collection_mode": "sdk",
        "_dd.appsec.usr.id": "u1",
        "_dd.appsec.usr.login": "al",
        "user.id": "u1",
    }


def test_a_sign_up_that_failed(told: Any) -> None:
    assert told(lambda: track_signup("al", success=False))["appsec.events.users.signup.success"] == "false"


def test_an_event_of_the_application(told: Any, spans: Spans) -> None:
    attributes = told(lambda: track_event("coupon.used", {"amount": 3, "valid": True, "password": "open sesame"}))
    assert attributes == {
        "appsec.events.coupon.used.track": "true",
        "appsec.events.coupon.used.amount": "3",
        "appsec.events.coupon.used.valid": "true",
        "appsec.events.coupon.used.password": "<Redacted>",
        "_dd.appsec.events.coupon.used.sdk": "true",
    }


def test_events_are_span_events_too(told: Any, spans: Spans) -> None:
    told(lambda: track_login_failure("al", exists=True))
    (event,) = spans.last[0]["events"]
    assert event[0] == "security.user_event"
    assert event[1] == {
        "security.user_event.name": "users.login.failure",
        "security.user_event.collection": "sdk",
        "user.name": "al",
        "user.exists": True,
        "client.address": "10.1.2.3",
    }


@pytest.mark.parametrize(("event", "kept"), [(lambda: track_event("a"), True), (lambda: set_user("a"), False)])
def test_traces_with_events_are_kept(protected: Any, event: Any, kept: bool) -> None:
    _native.take()
    protected("monitor")
    app = Flask("kept")
    app.add_url_rule("/", view_func=lambda: str(event()))
    ask(app, "/", headers={"traceparent": f"00-{3:032x}-{4:016x}-00"})
    (chunk,) = _native.take()
    assert (chunk["priority"] == 2) is kept


class Hostile:
    """A user object as bad code writes it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


@pytest.mark.parametrize("value", [None, "", Hostile(), 7, b"\xff", "x" * 1_000_000, "\ud800", "\0", [], {"a": 1}])
def test_odd_values_hurt_nobody(told: Any, value: Any) -> None:
    def view() -> None:
        set_user(value, login=value, session_id=value, name=value, email=value, metadata=value)
        track_login_success(value, value, {value if not isinstance(value, (list, dict)) else 1: value})
        track_login_failure(value, value, value, value)
        track_signup(value, value, value, value)
        track_signup(value, value, False, value)
        track_event(value, value)
        is_user_blocked(value, value, value)

    attributes = told(view)
    assert attributes["_dd.appsec.user.collection_mode"] == "sdk"
    assert all(len(str(text)) <= 512 for text in attributes.values())


def test_endless_metadata_is_cut(told: Any) -> None:
    class Endless(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            yield from ((str(number), number) for number in range(10**9))

    deep: dict[str, Any] = {}
    deep["self"] = deep
    attributes = told(lambda: track_event("many", Endless(a=1)) or track_event("deep", deep))
    assert len([name for name in attributes if name.startswith("appsec.events.many.")]) == 51
    assert "appsec.events.deep.track" in attributes


def test_outside_of_requests_they_do_nothing(protected: Any, spans: Spans) -> None:
    protected("block")
    for told in (set_user, track_login_success, track_login_failure, track_signup, track_event):
        told("somebody")
    block_request()
    assert is_user_blocked("somebody") is False
    assert spans() == []


def test_outside_of_requests_a_trace_is_told(spans: Spans) -> None:
    with vedette.tracer.span("job"):
        set_user("u1", name="Al")
    attributes = spans.one()["attributes"]
    assert (attributes["user.id"], attributes["user.full_name"]) == ("u1", "Al")


def test_a_user_goes_along_if_that_is_asked_for(told: Any) -> None:
    headers: dict[str, str] = {}

    def view() -> None:
        set_user("u1", propagate=True)
        vedette.inject(headers)

    told(view)
    assert "usr.id=u1" in headers["baggage"]


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest) -> Any:
    ran.clear()
    return CLIENTS[request.param]()


@pytest.mark.parametrize("path", ["/search", "/swallow", "/changed"])
def test_denied_users_are_refused(client: Any, denying: None, spans: Spans, path: str) -> None:
    assert client(f"{path}?name=user:good").status == 200
    ran.clear()
    answer = client(f"{path}?name=user:evil")
    assert (answer.status, json.loads(answer.body)["errors"][0]["title"]) == (403, "You've been blocked")
    assert "before" not in ran
    (trigger,) = triggers(spans)
    assert (trigger["rule"]["id"], trigger["blocked"]) == ("vdt-deny-user-001", True)


@pytest.mark.parametrize(
    "event",
    [
        lambda: set_user("u1", session_id="evil"),
        lambda: set_user("u1", login="evil"),
        lambda: track_login_success("evil"),
        lambda: track_login_failure("evil", True),
        lambda: track_signup("evil"),
    ],
)
def test_sessions_and_logins_are_refused(denying: None, event: Any) -> None:
    app = Flask("deny")
    app.add_url_rule("/", view_func=lambda: str(event()))
    assert ask(app, "/").status == 403


def test_denied_users_are_only_told_of_when_monitoring(told: Any, spans: Spans, tmp_path: Path) -> None:
    told(lambda: set_user("evil"), protection_rules=deny_lists(tmp_path, "evil"))
    (trigger,) = json.loads(spans.last[0]["structures"]["appsec"])["triggers"]
    assert "blocked" not in trigger


def test_asking_tells_nothing(denying: None, spans: Spans) -> None:
    app = Flask("ask")
    app.add_url_rule("/", view_func=lambda: f"{is_user_blocked('evil')} {is_user_blocked('good')}")
    assert ask(app, "/").body == b"True False"
    assert "appsec.event" not in spans.one()["attributes"]


def test_an_application_refuses_a_request_by_itself(monitoring: None, spans: Spans) -> None:
    app = Flask("refuse")
    app.add_url_rule("/", view_func=lambda: str(block_request()))
    assert ask(app, "/").status == 403
    assert spans.one()["attributes"]["appsec.blocked"] == "true"


def test_applications_of_no_framework(denying: None) -> None:
    def plain(environ: Any, start_response: Any) -> list[bytes]:
        set_user(environ["QUERY_STRING"])
        start_response("200 OK", [])
        return [b"welcome"]

    application = vedette.instrument_wsgi(plain)
    assert ask(application, "/?good").body == b"welcome"
    answer = ask(application, "/?evil")
    assert (answer.status, b"blocked" in answer.body) == (403, True)
