"""Where a hook goes: `package.module:Class.method`, found without calling any descriptor."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


class Missing(LookupError):
    """The library has no such attribute: another version than the hook was written for."""


def module_of(target: str) -> str:
    """The module part of a target."""
    return target.partition(":")[0]


def find(target: str) -> tuple[Any, str, Any]:
    """Owner, name and raw attribute (functions not bound, properties not called) of a target in a loaded module.

    Raises Missing if there is none.
    """
    module_name, _, path = target.partition(":")
    owner: Any = sys.modules[module_name]
    *outer, name = path.split(".")
    for part in outer:
        owner = _raw(owner, part, target)
    return owner, name, _raw(owner, name, target)


def _raw(owner: Any, name: str, target: str) -> Any:
    if isinstance(owner, type):
        # Only what the class itself defines: hooking an inherited method would hook it for all children of the parent.
        if name in vars(owner):
            return vars(owner)[name]
    elif hasattr(owner, name):
        return getattr(owner, name)
    raise Missing(f"{target} does not exist in this version")


def loaded(module: str) -> ModuleType | None:
    """The module, if it is loaded and not in the middle of being loaded."""
    found = sys.modules.get(module)
    spec = getattr(found, "__spec__", None)
    return None if getattr(spec, "_initializing", False) else found
