"""The only view, and where it is."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import JsonResponse
from django.urls import path


def user(request: Any, number: int) -> Any:
    """One query through Django's own cursor, one JSON answer."""
    with connection.cursor() as cursor:
        cursor.execute("select id, name from users where id = %s", [number])
        found, name = cursor.fetchone()
    return JsonResponse({"id": found, "name": name})


urlpatterns = [path("users/<int:number>", user)]
