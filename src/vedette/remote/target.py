"""Which processes a configuration is for, and which of several for the same process counts most."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ANY = ("", "*")


class Target:
    """A service and an environment; either may stand for all."""

    __slots__ = ("env", "service")

    def __init__(self, service: str, env: str) -> None:
        self.service = service
        self.env = env

    def means(self, service: str, env: str) -> bool:
        """Whether a process is meant; letters' case makes no difference."""
        return _same(self.service, service) and _same(self.env, env)

    @property
    def rank(self) -> int:
        """The more exactly it says who is meant, the more it counts: both, the service, the environment, all."""
        return 2 * (self.service not in ANY) + (self.env not in ANY)


def target_of(value: dict[str, Any]) -> Target:
    """The target of a configuration: its `service_target`, all without one. Raises ValueError for another form."""
    given = value.get("service_target") or {}
    if not isinstance(given, dict):
        raise ValueError("service_target: expected an object")
    names = [given.get(name) or "" for name in ("service", "env")]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("service_target: expected texts")
    return Target(*names)


def _same(wanted: str, own: str) -> bool:
    return wanted in ANY or wanted.lower() == own.lower()
