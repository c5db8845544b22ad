"""Route templates: the patterns of an application's rules, as they were written."""

from __future__ import annotations

from weakref import WeakKeyDictionary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Rules = dict[Any, list[tuple[Any, str]]]

_RULES: WeakKeyDictionary[Any, Rules] = WeakKeyDictionary()
"""Per application: handler classes, and their patterns with the templates."""


def template_of(handler: Any) -> str | None:
    """The template of the route that led to a handler; None if no rule of its application did."""
    application = handler.application
    rules = _RULES.get(application)
    if rules is None or type(handler) not in rules:
        rules = _RULES[application] = _rules_of(application)
    known = rules.setdefault(type(handler), [])
    if len(known) == 1:
        return known[0][1]
    path = handler.request.path
    return next((template for pattern, template in known if pattern.match(path)), None)


def _rules_of(application: Any) -> Rules:
    found: Rules = {}
    router = getattr(application, "default_router", None)  # since 4.5
    for target, pattern in _routed(router) if router is not None else _listed(application):
        text = pattern.pattern
        found.setdefault(target, []).append((pattern, text[:-1] if text.endswith("$") else text))
    return found


def _routed(router: Any) -> Iterator[tuple[Any, Any]]:
    for rule in router.rules:
        pattern = getattr(rule.matcher, "regex", None)
        if hasattr(rule.target, "rules"):
            yield from _routed(rule.target)
        elif pattern is not None:
            yield rule.target, pattern


def _listed(application: Any) -> Iterator[tuple[Any, Any]]:
    for _, specs in application.handlers:
        for spec in specs:
            yield spec.handler_class, spec.regex
