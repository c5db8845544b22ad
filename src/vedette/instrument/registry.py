"""Which integrations are switched on, and what became of each."""

from __future__ import annotations

from vedette._native import note_integration
from vedette.instrument.imports import Finder
from vedette.instrument.installed import Installed
from vedette.instrument.integration import targets
from vedette.instrument.targets import loaded, module_of
from vedette.instrument.versions import at_least, version_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from logging import Logger
    from typing import Any

    from vedette.instrument.integration import HookKind, Integration

    Load = Callable[[str], Integration]
    ServiceOf = Callable[[Integration], "str | None"]
    ValuesOf = Callable[[Integration], "dict[str, Any]"]


class Registry:
    """The integrations of this process. `load` imports an integration's file by its name."""

    def __init__(self, load: Load, service_of: ServiceOf, values_of: ValuesOf) -> None:
        self._load = load
        self._service_of = service_of
        self._values_of = values_of
        self._finder = Finder()
        self.installed: dict[str, Installed] = {}
        """Integrations whose library has been seen."""
        self.refused: dict[str, str] = {}
        """Integrations that leave their library alone, and why."""
        self._wanted: set[str] = set()

    def watch(self, index: dict[str, tuple[str, ...]], names: Iterable[str]) -> None:
        """Instruments the libraries of `names` as they are imported (those already imported, at once).

        `index` maps modules to the integrations that hook something in them.
        """
        self._wanted.update(names)
        for module, integrations in index.items():
            for name in integrations:
                if name in self._wanted:
                    self._finder.watch(module, self._arrived(name))

    def _arrived(self, name: str) -> Callable[[str], None]:
        def arrived(module: str) -> None:
            try:
                self._apply_ready(name, module)
            except Exception as error:  # the library's import must succeed, whatever is wrong with its integration
                self.refused[name] = f"the integration can't be used: {error!r}"
                _log().warning("integration %s: %s", name, self.refused[name])

        return arrived

    def instrument(self, name: str) -> str | None:
        """Instruments one library, loaded or not; returns the reason if it is refused."""
        self._wanted.add(name)
        for hook in self._load(name).hooks:
            for module in _modules(hook):
                self._finder.watch(module, self._arrived(name))
        return self.refused.get(name)

    def _apply_ready(self, name: str, module: str) -> None:
        """Applies the hooks that waited for `module`, if nothing else is missing for them."""
        if name not in self._wanted or name in self.refused:
            return
        installed = self.installed.get(name) or self._admit(name, module)
        if installed is None:
            return
        for hook in installed.integration.hooks:
            modules = _modules(hook)
            if module in modules and all(loaded(m) or m == module for m in modules):
                installed.apply(hook)

    def _admit(self, name: str, module: str) -> Installed | None:
        integration = self._load(name)
        module = own_module(integration, module)
        reason = too_old(integration, module)
        if reason:
            self.refused[name] = reason
            note_integration(name, None, True, reason)
            _log().warning("integration %s leaves its library alone: %s", name, reason)
            return None
        version = version_of(integration.distribution, module) if integration.distribution else None
        note_integration(name, version)
        return self._installed(integration)

    def _installed(self, integration: Integration) -> Installed:
        integration.values = self._values_of(integration)
        made = self.installed[integration.name] = Installed(integration, self._service_of(integration))
        return made

    def add(self, integration: Integration) -> None:
        """Installs a declaration that was made in this process, for a library that is loaded."""
        if integration.name not in self.installed:
            installed = self._installed(integration)
            for hook in integration.hooks:
                installed.apply(hook)

    def uninstrument(self, name: str) -> None:
        """Takes an integration's hooks off."""
        self._wanted.discard(name)
        installed = self.installed.pop(name, None)
        if installed is not None:
            installed.undo()

    def stop(self) -> None:
        """Takes all hooks off and watches no imports any more."""
        self._finder.stop()
        for name in list(self.installed):
            self.uninstrument(name)
        self._wanted.clear()
        self.refused.clear()


def own_module(integration: Integration, module: str) -> str:
    """The module that tells the library's version: hooks may be on what it is built on, which has another one."""
    packages = {own.partition(".")[0] for own in integration.modules}
    return module if module.partition(".")[0] in packages else integration.modules[0]


def too_old(integration: Integration, module: str) -> str | None:
    """Why the loaded version is not supported, or None."""
    if integration.floor is None or integration.distribution is None:
        return None
    version = version_of(integration.distribution, module)
    if version is None or at_least(version, integration.floor):
        return None
    return f"{integration.distribution} {version} is older than {integration.floor}"


def _modules(hook: HookKind) -> list[str]:
    return [module_of(target) for target in targets(hook)]


def _log() -> Logger:
    import logging  # costs more than the rest of the start-up, and is needed only where there is something to say

    return logging.getLogger("vedette")
