"""All configurations together: what they want of this process, and what is wrong with each.

A configuration is read once, as long as its content stays. One that can't be used leaves its last good content in
force.
"""

from __future__ import annotations

from vedette.remote import features, flare, own_settings, rule_files, tracing
from vedette.remote.settings_values import merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from vedette._native import RemoteConfig

READERS: dict[str, Callable[[RemoteConfig], Any]] = {
    "APM_TRACING": tracing.parse,
    "VEDETTE_SETTINGS": own_settings.parse,
    "ASM_FEATURES": features.parse,
    "ASM_DD": rule_files.parse,
    "ASM": rule_files.parse,
    "ASM_DATA": rule_files.parse,
    "AGENT_CONFIG": flare.parse_level,
    "AGENT_TASK": flare.parse_task,
}


class _Read:
    """A configuration's content, read."""

    __slots__ = ("config", "error", "hash", "refusal", "value")

    def __init__(self, config: RemoteConfig, before: _Read | None) -> None:
        self.config = config
        self.hash = config.hash
        self.error = ""
        self.refusal = ""
        self.value: Any = None
        try:
            reader = READERS.get(config.product)
            if reader is None:
                raise ValueError(f"unknown product {config.product[:60]!r}")
            self.value = reader(config)
        except Exception as error:  # whatever stands there: it is told to who sent it, and nothing else happens
            self.error = str(error)[:2000] or type(error).__name__
            self.value = before.value if before is not None else None


class Wishes:
    """The configurations of this process as they were read."""

    def __init__(self) -> None:
        self._read: dict[str, _Read] = {}

    def take(self, configs: Iterable[RemoteConfig]) -> None:
        """These are all configurations that there are now."""
        before, self._read = self._read, {}
        for config in configs:
            known = before.get(config.path)
            same = known is not None and known.hash == config.hash
            self._read[config.path] = known if known is not None and same else _Read(config, known)

    def refuse(self, product: str, error: str) -> None:
        """Together the configurations of a product could not be put in force."""
        for read in self._read.values():
            if read.config.product == product:
                read.refusal = read.refusal or error

    def refuse_one(self, path: str, error: str) -> None:
        """What one configuration asks for could not be done."""
        self._read[path].refusal = error

    def accept(self, product: str) -> None:
        """Together they can be."""
        for read in self._read.values():
            if read.config.product == product:
                read.refusal = ""

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        """Path and error of each; an empty error is none."""
        return [(path, read.error or read.refusal) for path, read in self._read.items()]

    def settings(self, service: str, env: str, local_protection: str) -> dict[str, object]:
        """Values of options; what is not named has its local value."""
        own = merged(self._values("VEDETTE_SETTINGS"), service, env)
        switched = features.values(self._values("ASM_FEATURES"), local_protection)
        return {**merged(self._values("APM_TRACING"), service, env), **switched, **own}

    def rule_sets(self) -> tuple[bytes, ...]:
        """Complete rule sets, to be used instead of the built-in one."""
        return tuple(self._values("ASM_DD"))

    def rule_changes(self) -> tuple[bytes, ...]:
        """Rules, overrides, exclusions, actions and lists, which come on top."""
        return (*self._values("ASM"), *self._values("ASM_DATA"))

    def log_level(self) -> str | None:
        """The level of the log that is asked for."""
        return next(iter(self._values("AGENT_CONFIG")), None)

    def tasks(self) -> list[flare.Task]:
        """The flares that are asked for."""
        return self._values("AGENT_TASK")

    def _values(self, product: str) -> list[Any]:
        found = (read.value for read in self._read.values() if read.config.product == product)
        return [value for value in found if value is not None]
