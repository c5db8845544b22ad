"""Puts a hook in the place of a callable that is not written in Python (a builtin, a compiled method).

What stands there afterwards is a native callable that binds as the original did and passes on what the original says
of itself. References taken before (`from library import function`) stay unhooked, which `vedette doctor` tells.
"""

from __future__ import annotations

from vedette._native import Wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Hook

_ABSENT = object()


def replace(owner: Any, name: str, hook: Hook, kind: type | None = None) -> Callable[[], None]:
    """Sets `owner.name` to a callable that goes through `hook`; returns what undoes it.

    `kind` is `staticmethod` or `classmethod` where the attribute was one. Raises TypeError where the owner is closed.
    """
    stand_in: Any = wrapped(hook, isinstance(owner, type))
    return put(owner, name, kind(stand_in) if kind else stand_in)


def wrapped(hook: Hook, binds: bool) -> Wrapped:
    """A native callable that goes through `hook`. `binds`: whether instances find it as their method."""
    made = Wrapped(hook, binds)
    # On the object: its class has a docstring of its own, which comes before what the class could compute.
    made.__doc__ = hook.original.__doc__
    return made


def put(owner: Any, name: str, value: Any) -> Callable[[], None]:
    """Sets an attribute and returns what restores it (unless somebody else has changed it since)."""
    before = vars(owner).get(name, _ABSENT)
    setattr(owner, name, value)

    def undo() -> None:
        if vars(owner).get(name) is not value:
            return
        if before is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, before)

    return undo
