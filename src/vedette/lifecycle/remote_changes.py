"""Puts in force what remote configuration wants, in the running process.

The native client calls on a thread of its own. Requests that are under way keep what they began with.
"""

from __future__ import annotations

from vedette.lifecycle.identity import inferred_service
from vedette.remote.capabilities import capabilities, products
from vedette.remote.wanted import Wishes
from vedette.settings import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from vedette._native import RemoteConfig
    from vedette.lifecycle import Running
    from vedette.remote.flare import Task

    Values = dict[str, object]
    Answer = tuple[list[tuple[str, str]], Union[tuple[list[str], bytes], None]]

RULES = ("ASM_DD", "ASM", "ASM_DATA")
MOST_DONE = 1_000
"""Tasks that are remembered, as many as there may be at once: none of them is carried out twice."""
LIVE = tuple(name for name, option in OPTIONS.items() if option.live)


class Changes:
    """What remote configuration has changed in a running vedette."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._wishes = Wishes()
        self._rules: tuple[Any, ...] = ((), ())
        self._done: dict[tuple[str, str], None] = {}
        """Tasks that were carried out, the latest last."""
        self._level: str | None = None
        """That at which vedette's log is noted."""

    def __call__(self, configs: list[RemoteConfig]) -> Answer:
        """Exactly these are to be in force: what is wrong with each, and what is understood from now on."""
        self._wishes.take(configs)
        self._set()
        self._flares()
        return self._wishes.verdicts, self.offer()

    def offer(self) -> tuple[list[str], bytes]:
        """Products and capabilities, which follow protection."""
        settings = self._running.settings
        protected = settings.protection != "off"
        return products(protected), capabilities(protected, settings.exploit_prevention)

    def _set(self) -> None:
        running, wishes = self._running, self._wishes
        settings = running.settings
        service, env = settings.service or inferred_service(), settings.env or ""
        wanted = wishes.settings(service, env, str(local(running, "protection")))
        changed = {name: wanted.get(name) for name in LIVE if _remote_value(running, name) != wanted.get(name)}
        rules = wishes.rule_sets(), wishes.rule_changes()
        for product in RULES:
            wishes.accept(product)  # what could not be used together is tried anew
        if rules == self._rules and not changed:
            return
        before = settings.protection
        running.change(changed)
        if rules != self._rules or settings.protection != before:
            self._protect(rules)

    def _protect(self, rules: tuple[Any, ...]) -> None:
        try:
            self._running.protect_anew(*rules)
            self._rules = rules
        except ValueError as error:  # each of them can be used, but not all together
            for product in RULES:
                self._wishes.refuse(product, str(error))

    def _flares(self) -> None:
        tasks, level = self._wishes.tasks(), self._wishes.log_level()
        due: list[Task] = [task for task in tasks if task.key not in self._done]
        if not due and level == self._level:
            return
        from vedette.lifecycle.flare import note_level, send  # only where somebody asks for one

        if level is not None and level != self._level:
            note_level(level)
        for task in due:
            error = send(self._running, task)
            if error:
                self._wishes.refuse_one(task.path, error)
            self._done[task.key] = None
            if len(self._done) > MOST_DONE:
                del self._done[next(iter(self._done))]
        if level is None:
            note_level(None)  # not before the flares, which tell what was noted until now
        self._level = level


def local(running: Running, name: str) -> object:
    """The value that an option has without remote configuration."""
    origins = [origin for origin in running.settings.all_origins(name) if origin.source != "remote_config"]
    return origins[-1].value


def _remote_value(running: Running, name: str) -> object:
    """What remote configuration says of an option now, as it came; None where it says nothing."""
    origin = running.settings.origin(name)
    return origin.raw if origin.source == "remote_config" else None
