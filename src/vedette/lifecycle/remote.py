"""Remote configuration: arranges that the agent is asked, and that what it says is put in force.

Nothing happens before the first trace of a process; what changes are made of is not imported before there is one.
"""

from __future__ import annotations

from vedette import _native
from vedette.lifecycle.identity import inferred_service
from vedette.lifecycle.problems import tell
from vedette.remote.capabilities import capabilities, fresh, products

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vedette._native import RemoteConfig
    from vedette.lifecycle import Running
    from vedette.lifecycle.remote_changes import Answer, Changes


class _Sleeping:
    """Wakes with the first configurations: most processes never get one."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._woken: Changes | None = None

    def __call__(self, configs: list[RemoteConfig]) -> Answer:
        if self._woken is None:
            if not configs:
                return [], None
            from vedette.lifecycle.remote_changes import Changes  # most never need it

            self._woken = Changes(self._running)
        return self._woken(configs)


def watch(running: Running) -> Callable[[], None]:
    """Asks the agent from the first trace on; returns what ends it.

    With keys that are none nobody is asked: nothing unsigned is taken instead, and the rest of vedette goes on.
    """
    settings = running.settings
    protected = settings.protection != "off"
    options = {
        "url": settings.agent_url,
        "timeout": max(settings.send_timeout, 1.0),
        "interval": settings.remote_configuration_interval,
        "keys": list(settings.remote_configuration_keys),
        "service": settings.service or inferred_service(),
        "env": settings.env or "",
        "version": settings.version or "",
        "tags": [f"{key}:{value}" for key, value in settings.tags.items()],
        "products": products(protected),
        "first_capabilities": fresh(),
        "capabilities": capabilities(protected, settings.exploit_prevention),
    }
    try:
        _native.watch_remote(options, _Sleeping(running))
    except ValueError as error:
        tell([f"remote configuration is off: {error}"])
    return _native.unwatch_remote
