"""Tells when a module has been imported, without importing anything itself.

A finder in front of `sys.meta_path` lets the others find a watched module, and runs the watcher right after the
module's code has run. The module, its spec and its loader look as without it. Modules that are not watched cost
one dictionary look-up.
"""

from __future__ import annotations

import sys

from vedette.instrument.targets import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    Watcher = Callable[[str], None]


class _Loader:
    """Stands for a loader during one import."""

    def __init__(self, loader: Any, finder: Finder) -> None:
        self._loader = loader
        self._finder = finder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._finder.imported(module.__name__)


class Finder:
    """Watches for imports of named modules."""

    def __init__(self) -> None:
        self._watchers: dict[str, list[Watcher]] = {}
        self._looking: set[str] = set()

    def watch(self, module: str, watcher: Watcher) -> None:
        """Calls `watcher` with the module's name when it is imported; at once if it is already."""
        if loaded(module) is not None:
            watcher(module)
            return
        self._watchers.setdefault(module, []).append(watcher)
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Watches nothing any more."""
        self._watchers.clear()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Import protocol (PEP 451)."""
        if name not in self._watchers or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = self._find(name, path, target)
        finally:
            self._looking.discard(name)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self)  # type: ignore[assignment]
        return spec

    def _find(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def imported(self, name: str) -> None:
        """A watched module's code has run."""
        for watcher in self._watchers.pop(name, ()):
            watcher(name)
