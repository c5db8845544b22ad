"""Django set up once for all tests of the process; a test brings its own URLs and settings."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import django
from django.conf import settings

VERSION: tuple[int, int] = django.VERSION[:2]
APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = {"page.html": "hello {{ name }}", "outer.html": "[{% include 'page.html' %}]"}


def set_up(*more_apps: str) -> None:
    """Settings and applications, unless that is done. Everything is kept in memory."""
    if settings.configured:
        return
    with contextlib.suppress(ImportError):
        import rest_framework  # noqa: F401  (its applications must be there from the beginning)

        more_apps = (*more_apps, "rest_framework")
    loader = ("django.template.loaders.locmem.Loader", TEMPLATES)
    settings.configure(
        SECRET_KEY="not a secret",
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=[*APPS, *more_apps],
        ROOT_URLCONF="tests.integrations.django_site",
        MIDDLEWARE=[],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [loader]}}],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        MIDDLEWARE_CLASSES=[],
        LOGGING_CONFIG=None,
        USE_TZ=True,
        USE_I18N=False,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()


urlpatterns: list[Any] = []
"""Nothing, for whoever brings none of its own."""


@contextlib.contextmanager
def site(patterns: list[Any], middleware: Any = (), **more: Any) -> Iterator[None]:
    """A site with these URL patterns and settings, for as long as the context lasts."""
    from django.test.utils import override_settings

    module: Any = ModuleType("tests.integrations.django_urls")
    module.urlpatterns = patterns
    module.handler500 = "django.views.defaults.server_error"
    sys.modules[module.__name__] = module
    named = {"MIDDLEWARE": list(middleware), "MIDDLEWARE_CLASSES": list(middleware)}
    _forget_urls()
    with override_settings(ROOT_URLCONF=module.__name__, **named, **more):
        yield
    _forget_urls()


def _forget_urls() -> None:
    clear = sys.modules.get("django.urls") or __import__("django.core.urlresolvers").core.urlresolvers
    clear.clear_url_caches()


def pattern(regex: str, view: Any, name: str | None = None) -> Any:
    """A URL pattern by regular expression, as every version spells it."""
    if VERSION >= (2, 0):
        from django.urls import re_path as made
    else:
        from django.conf.urls import url as made
    return made(regex, view, name=name)


def included(patterns: list[Any], namespace: str | None = None) -> Any:
    """Patterns to be put behind a prefix."""
    if VERSION >= (1, 9):
        from django.conf.urls import include

        return include((patterns, namespace)) if namespace else include(patterns)
    from django.conf.urls import include as include_18

    return include_18(patterns, namespace=namespace, app_name=namespace) if namespace else include_18(patterns)


def wsgi() -> Any:
    """A handler of its own, which loads the middleware of the settings in force."""
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()


def asgi() -> Any:
    """The same for ASGI."""
    from django.core.handlers.asgi import ASGIHandler

    return ASGIHandler()


set_up()
