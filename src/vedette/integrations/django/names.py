"""How classes, functions and views are called in attributes and resources."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def path_of(thing: Any) -> str:
    """Dotted path of a class or function. What a function makes bears that function's name, as settings spell it;
    methods of a class that it makes have names of their own."""
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if not name:  # an instance that is called, a `partial`
        return path_of(type(thing))
    inner = name.rpartition("<locals>.")[2]
    return f"{thing.__module__}.{inner if '.' in inner else name.partition('.<locals>')[0]}"


_CLASSES: dict[type, str] = {}
"""Dotted paths of classes that have been asked for."""
_MOST_CLASSES = 500


def path_of_class(kind: type) -> str:
    """The same for a class, as Python spells it; quicker."""
    known = _CLASSES.get(kind)
    if known is None:
        known = f"{kind.__module__}.{kind.__qualname__}"
        if len(_CLASSES) < _MOST_CLASSES:
            _CLASSES[kind] = known
    return known


def view_of(callback: Any) -> str:
    """Dotted path of a view: of its class where it was made from one (`View.as_view()`, REST framework's viewsets)."""
    made_from = getattr(callback, "view_class", None) or getattr(callback, "cls", None) or callback
    name = getattr(made_from, "__name__", None)
    return f"{made_from.__module__}.{name}" if name else path_of(type(made_from))
