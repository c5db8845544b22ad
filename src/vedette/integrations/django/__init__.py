"""Django: one span per request, named by its route; its own work (middleware, views, templates, caches) on demand."""

from __future__ import annotations

from vedette.instrument import Around, Integration, Setup
from vedette.instrument.families import asgi, users
from vedette.integrations.django import account, cache, command, database, middleware, request, signal, template, view
from vedette.integrations.django.switches import OPTIONS, switches

USERS = "django.contrib.auth.base_user:BaseUserManager"
BASE = "django.core.handlers.base:BaseHandler"

integration = Integration(
    "django",
    title="Django",
    distribution="Django",
    modules=["django", "django.http"],
    floor="1.8",
    tested=["1.8", "1.11.29", "2.2.28", "3.2.25", "4.2.30", "5.2.19", "latest"],
    docs="https://docs.djangoproject.com",
    conventions="http-server",
    service="django",
    service_wins=False,
    protection=["http", "blocking", "user-events", "user-blocking"],
    options=OPTIONS,
    pins={"<3.2": ['setuptools<81; python_version>="3.12"']},  # for `distutils`, which Python has no more
    hooks=[
        Around("django.core.handlers.wsgi:WSGIHandler.__call__", request.served_by_wsgi, request.answered),
        Around("django.core.handlers.asgi:ASGIHandler.__call__", request.served_by_asgi, asgi.ended),
        Around(f"{BASE}.get_response", request.responding, request.responded),
        Around(f"{BASE}.get_response_async", request.responding_async, request.responded, optional=True),
        Around(f"{BASE}.make_view_atomic", view.found),
        # What becomes an error page: a function since 1.10, a method before and beside it.
        Around("django.core.handlers.exception:handle_uncaught_exception", request.failed, optional=True),
        Around(f"{BASE}.handle_uncaught_exception", request.failed, optional=True),
        Around("django.core.management.base:BaseCommand.execute", command.running, option="instrument_commands"),
        Setup("django.core.handlers.base", view.install),
        Setup("django.core.handlers.base", middleware.install),
        Setup("django.template.base", template.install),
        Setup("django.template.response", template.install_responses),
        Setup("django.core.cache.backends.base", cache.install),
        Setup("django.db.backends.base.base", database.install),
        Setup("django.dispatch.dispatcher", signal.install),
        Setup("django.contrib.auth.signals", account.install),
        Around("django.contrib.auth:get_user", users.heard, account.met),
        Around("django.contrib.auth:aget_user", users.heard, account.met, optional=True),
        Around(f"{USERS}.get_by_natural_key", account.looking, account.found, optional=True),
        Around(f"{USERS}.aget_by_natural_key", account.looking, account.found, optional=True),
        Around("django.contrib.auth.base_user:AbstractBaseUser.save", account.saving, account.saved, optional=True),
    ],
)
switches.integration = integration
