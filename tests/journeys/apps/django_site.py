"""A Django site in one file: `python -m tests.journeys.apps.django_site runserver ...`."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.journeys.apps.fetch import fetch

if not settings.configured:
    settings.configure(DEBUG=True, ROOT_URLCONF=__name__, SECRET_KEY="journey", ALLOWED_HOSTS=["*"])


def health(request: HttpRequest) -> HttpResponse:
    """Whether it serves."""
    return HttpResponse("up")


def work(request: HttpRequest, ident: str) -> HttpResponse:
    """In the request's own thread."""
    return JsonResponse({"ident": ident, "echo": fetch(ident)})


urlpatterns = [path("health", health), path("work/<ident>", work)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    execute_from_command_line(sys.argv)
