"""What the URL configuration knows, told with the first request."""

from __future__ import annotations

import sys

from vedette.operations.known_routes import ROUTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DEPTH = 8
"""Included configurations within included ones that are looked into."""


def tell(request: Any) -> None:
    """A view is about to answer."""
    urls = sys.modules.get("django.urls") or sys.modules["django.core.urlresolvers"]  # where it was before 1.10
    resolver = urls.get_resolver(getattr(request, "urlconf", None))
    if ROUTES.asks(resolver):
        ROUTES.tell(resolver, "django.request", routes_of(resolver, "", _DEPTH))


def routes_of(resolver: Any, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Templates of a resolver and what it includes; which methods a view answers is its own affair."""
    for pattern in resolver.url_patterns:
        path = prefix + _template(pattern)
        if not hasattr(pattern, "url_patterns"):
            yield "*", path
        elif depth:
            yield from routes_of(pattern, path, depth - 1)


def _template(pattern: Any) -> str:
    """As Django spells it; before 2.0 all are regular expressions."""
    own = getattr(pattern, "pattern", None)
    return str(own) if own is not None else str(pattern.regex.pattern)
