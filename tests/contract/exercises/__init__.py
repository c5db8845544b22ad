"""One small piece of work per library, and the application's answer to it, which never depends on vedette.

Each goes through as many hooks of its integration as it can. One module per family.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.contract.exercises.exercise import EXERCISES

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["EXERCISES"]
