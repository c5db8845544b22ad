"""Django's accounts: sign-ins, failures, sign-ups, users of requests; of any model, sync and async."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations import asgi_client, django_site, wsgi_client
from tests.integrations.accounts import denying, protected, told
from tests.integrations.made import Spans
from vedette.integrations.load import load_integration
from vedette.protection.told_user import anonymous

from django.contrib import auth  # isort: skip  # once it is set up
from django.contrib.auth.models import AbstractBaseUser, Group, Permission, User  # isort: skip
from django.contrib.contenttypes.models import ContentType  # isort: skip
from django.db import connection, models  # isort: skip
from django.http import HttpResponse  # isort: skip

if django_site.VERSION < (1, 11):
    pytest.skip("accounts are told of since Django 1.11", allow_module_level=True)

SETTINGS = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


class Member(AbstractBaseUser):  # type: ignore[misc]
    """A user as projects define it."""

    mail = models.EmailField(unique=True)
    nick = models.CharField(max_length=20)
    USERNAME_FIELD = "mail"
    EMAIL_FIELD = "mail"

    class Meta:
        app_label = "members"


def sign_in(request: Any) -> HttpResponse:
    """As applications do."""
    given = {name: request.GET[name] for name in ("username", "password")}
    user = auth.authenticate(request, **given) if django_site.VERSION >= (1, 11) else auth.authenticate(**given)
    if user is not None:
        auth.login(request, user)
    return HttpResponse(str(user))


def whoever(request: Any) -> HttpResponse:
    """Looks who asks."""
    return HttpResponse(str(request.user))


def nobody(request: Any) -> HttpResponse:
    """Does not look."""
    return HttpResponse("plain")


def sign_up(request: Any) -> HttpResponse:
    """Makes an account, and changes it."""
    user = User.objects.create_user(request.GET["username"], "mail@example.org", "secret")
    user.first_name = "New"
    user.save()
    return HttpResponse("made")


def member(request: Any) -> HttpResponse:
    """A sign-in of another model."""
    user = Member.objects.get_or_create(pk=71, mail="al@example.org", nick="ally")[0]
    auth.user_logged_in.send(sender=Member, request=request, user=user)
    return HttpResponse("in")


PATTERNS = [
    django_site.pattern("^in$", sign_in),
    django_site.pattern("^me$", whoever),
    django_site.pattern("^plain$", nobody),
    django_site.pattern("^up$", sign_up),
    django_site.pattern("^member$", member),
]


@pytest.fixture(scope="module", autouse=True)
def _tables() -> Iterator[None]:
    """Tables in the process's database in memory, with two users."""
    made = [ContentType, Permission, Group, User, Member]
    with connection.schema_editor() as editor:
        for model in made:
            editor.create_model(model)
    with django_site.site([], **SETTINGS):
        User.objects.create_user("al", "al@example.org", "right", first_name="Al", last_name="Green")
    yield
    with connection.schema_editor() as editor:
        for model in reversed(made):
            editor.delete_model(model)


@pytest.fixture
def site() -> Iterator[Any]:
    """Asks a path, with the cookies of the answers before."""
    cookies: dict[str, str] = {}
    with django_site.site(PATTERNS, django_site.MIDDLEWARE, **SETTINGS):
        handler = django_site.wsgi()

        def ask(path: str) -> Any:
            sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            answer = wsgi_client.ask(handler, path, headers=sent)
            for name, value in answer.pairs:
                if name.lower() == "set-cookie":
                    key, _, rest = value.strip().partition("=")
                    cookies[key] = rest.partition(";")[0]
            return answer

        ask.cookies = cookies  # type: ignore[attr-defined]
        yield ask


IN = "/in?username=al&password=right"


def test_who_signs_in(site: Any, spans: Spans) -> None:
    with protected():
        assert site(IN).body == b"al"
    key = str(User.objects.get(username="al").pk)
    session = anonymous(site.cookies["sessionid"])
    assert told(spans) == [
        {"id": key, "session": session, "login": "al", "success": "al", "mode": "identification"},
    ]


def test_who_fails(site: Any, spans: Spans) -> None:
    with protected():
        site("/in?username=al&password=wrong")
        site("/in?username=nobody&password=wrong")
    assert told(spans) == [
        {"login": "al", "failure": "al", "exists": "true", "mode": "identification"},
        {"login": "nobody", "failure": "nobody", "exists": "false", "mode": "identification"},
    ]
    key = str(User.objects.get(username="al").pk)
    failed = [span["attributes"] for span in spans.last if span["type"] == "web"]
    assert dict(failed[0])["appsec.events.users.login.failure.usr.id"] == key


def test_failures_cost_no_statement(site: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements() -> int:
        # Asked of Django: its connection may be from before vedette was started.
        with CaptureQueriesContext(connection) as made:
            site("/in?username=al&password=wrong")
        return len(made)

    without = statements()
    with protected():
        assert statements() == without > 0


def test_whose_request_it_is(site: Any, spans: Spans) -> None:
    site(IN)
    spans()
    with protected():
        assert site("/me").body == b"al"
        site("/plain")
    known, plain = told(spans)
    assert (known["login"], known["session"], plain) == ("al", anonymous(site.cookies["sessionid"]), {})


def test_nobody_is_nobody(site: Any, spans: Spans) -> None:
    with protected():
        assert site("/me").body == b"AnonymousUser"
    assert told(spans) == [{}]


def test_who_signs_up(site: Any, spans: Spans) -> None:
    with protected():
        site("/up?username=carol")
    (event,) = told(spans)
    assert event == {"signup": "carol", "login": "carol", "mode": "identification"}
    User.objects.get(username="carol").delete()


def test_users_made_by_a_script_are_no_sign_up(spans: Spans) -> None:
    with protected():
        User.objects.create_user("dave").delete()
    assert all("appsec.events" not in str(span["attributes"]) for span in spans())


def test_a_model_of_ones_own(site: Any, spans: Spans, option: Any) -> None:
    with protected():
        site("/member")
        option("django", include_user_email=True, include_user_realname=True)
        option("django", user_model_login_field="nick", user_model_name_field="nick")
        site("/member")
    first, second = told(spans)
    assert (first["id"], first["success"]) == ("71", "al@example.org")
    assert "email" not in first
    assert (second["email"], second["name"], second["success"]) == ("al@example.org", "ally", "ally")


def test_anonymous(site: Any, spans: Spans) -> None:
    with protected(user_events="anonymization"):
        site(IN)
    (event,) = told(spans)
    login = f"anon_{hashlib.sha256(b'al').hexdigest()[:32]}"
    assert (event["success"], event["login"]) == (login, login)
    assert event["id"].startswith("anon_")
    assert event["session"].startswith("anon_")


def test_disabled(site: Any, spans: Spans) -> None:
    with protected(user_events="disabled"):
        site(IN)
        site("/me")
    assert told(spans) == [{}, {}]


def test_sessions_that_are_all_in_the_cookie_are_not_told(spans: Spans) -> None:
    more = {**SETTINGS, "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}
    with django_site.site(PATTERNS, django_site.MIDDLEWARE, **more), protected():
        wsgi_client.ask(django_site.wsgi(), IN)
    (event,) = told(spans)
    assert event["success"] == "al"
    assert "session" not in event


@pytest.mark.parametrize("path", [IN, "/me"])
def test_denied_users_are_refused(site: Any, tmp_path: Path, path: str) -> None:
    site(IN)
    with denying(tmp_path, "usr.login", "al"):
        assert site("/plain").status == 200
        assert site(path).status == 403


@pytest.mark.parametrize("form", [str, anonymous])
def test_denied_sessions_are_refused(site: Any, spans: Spans, form: Callable[[str], str]) -> None:
    site(IN)
    key = site.cookies["sessionid"]
    with protected("block", deny_sessions=form(key)):
        assert site("/me").status == 403
        site.cookies.clear()
        assert site("/me").status == 200
    refused = next(span for span in spans() if "appsec" in span.get("structures", {}))
    assert key not in str(refused), "whoever reads traces could take the session over"


@pytest.mark.skipif(django_site.VERSION < (5, 2), reason="Django asks its backends asynchronously since 5.2")
def test_async(spans: Spans, tmp_path: Path) -> None:
    async def view(request: Any) -> HttpResponse:
        await auth.aauthenticate(request, username=request.GET["username"])
        request.session = {}
        request.session = type("Session", (dict,), {"session_key": "key", "aget": aget})(_auth_user_id="7")
        request.session["_auth_user_backend"] = f"{__name__}.Backend"
        return HttpResponse(str(await auth.aget_user(request)))

    patterns = [django_site.pattern("^async$", view)]
    with django_site.site(patterns, [], AUTHENTICATION_BACKENDS=[f"{__name__}.Backend"]):
        with protected():
            assert asgi_client.ask(django_site.asgi(), "/async?username=al").body == b"al"
        with denying(tmp_path, "usr.id", "7"):
            assert asgi_client.ask(django_site.asgi(), "/async?username=al").status == 403
        with denying(tmp_path, "usr.login", "eve"):
            assert asgi_client.ask(django_site.asgi(), "/async?username=eve").status == 403
    first = told(spans)[0]
    assert (first["id"], first["failure"], first["session"]) == ("7", "al", anonymous("key"))
    assert "exists" not in first  # the backend does not look for it where Django can see


async def aget(session: Any, key: str, default: Any = None) -> Any:
    """As Django's sessions have it."""
    return session.get(key, default)


class Backend:
    """Knows one user without a database, and lets nobody sign in."""

    async def aauthenticate(self, request: Any, username: str) -> Any:
        """Never."""

    def authenticate(self, request: Any, username: str) -> Any:
        """Never."""

    async def aget_user(self, key: Any) -> Any:
        """The user."""
        return type("Plain", (), {"pk": key, "is_authenticated": True, "get_username": lambda self: "al",
                                  "__str__": lambda self: "al"})()  # fmt: skip


def test_errors_are_contained(site: Any, spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any) -> Any:
        raise RuntimeError("mine")

    monkeypatch.setattr(User, "get_username", broken)
    monkeypatch.setattr(User, "__str__", lambda self: "still")
    with protected():
        assert site(IN).body == b"still"
    assert load_integration("django").name == "django"
