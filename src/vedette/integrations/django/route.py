"""The template of a request's route, with those of the `include()`s before it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def route_of(match: Any, request: Any) -> str:
    """As `path()` or `re_path()` spell it. The empty route is what Django's own resolver begins with."""
    route: str | None = getattr(match, "route", None)
    if route is None:  # before 2.2 a match does not tell
        route = _walked(_resolver(request), request.path_info)
    return route or "^/"


def _resolver(request: Any) -> Any:
    urls = sys.modules.get("django.urls") or sys.modules["django.core.urlresolvers"]
    return urls.get_resolver(getattr(request, "urlconf", None) or urls.get_urlconf())


def _walked(node: Any, path: str, within: str = "") -> str | None:
    """The way that the resolver took, found again."""
    pattern = getattr(node, "pattern", None)
    if pattern is not None:  # 2.0 and 2.1
        matched = pattern.match(path)
        text, rest = str(pattern), matched[0] if matched else ""
    else:
        matched = node.regex.search(path)
        text, rest = node.regex.pattern, path[matched.end() :] if matched else ""
    if not matched:
        return None
    route = _joined(within, text)
    if not hasattr(node, "url_patterns"):
        return route
    ways = (_walked(child, rest, "" if text == "^/" and not within else route) for child in node.url_patterns)
    return next((way for way in ways if way is not None), None)


def _joined(first: str, second: str) -> str:
    """As Django joins them since 2.2."""
    return first + second[second.startswith("^") :] if first else second
