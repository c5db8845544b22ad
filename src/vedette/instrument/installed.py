"""One integration at work: its hooks applied to the modules that are loaded, and how to take them off again."""

from __future__ import annotations

from vedette._native import Hook, Switch
from vedette.instrument import replace, rewrite, troubles
from vedette.instrument.integration import Around, Between
from vedette.instrument.pairs import Pairs
from vedette.instrument.targets import Missing, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette.instrument.integration import HookKind, Integration


class Installed:
    """The hooks of one integration, in this process."""

    def __init__(self, integration: Integration, service: str | None) -> None:
        self.integration = integration
        self.service = service
        self.switch = Switch(self._report)
        self.applied: list[str] = []
        """Targets that are hooked."""
        self.missing: list[str] = []
        """Targets that this version of the library does not have, or that could not be hooked: with the reason."""
        self._undo: list[Callable[[], None]] = []
        self._seen: list[HookKind] = []
        self._described: set[tuple[int, Any]] = set()

    def apply(self, hook: HookKind) -> None:
        """Applies one hook, all of whose modules are loaded. Once is enough."""
        if hook in self._seen:
            return
        self._seen.append(hook)
        option = getattr(hook, "option", None)
        if option is not None and not self.integration.values[option]:
            return
        try:
            self._apply(hook)
        except Missing as missing:
            if not getattr(hook, "optional", False):
                self.missing.append(str(missing))
        except Exception as error:  # a library that looks unlike all versions we know must still import
            self.missing.append(f"{hook}: {error!r}")

    def _apply(self, hook: HookKind) -> None:
        if isinstance(hook, Around):
            self._undo.append(self.around(hook.target, hook.describe, hook.after))
        elif isinstance(hook, Between):
            pairs = Pairs(hook, lambda describe: self.hook(None, describe, None, ()))
            self._undo.append(pairs.close)
            self._signal(hook.start, pairs.started)
            self._signal(hook.end, pairs.ended)
        else:
            self._undo.append(hook.install(self))
            self.applied.append(hook.module)

    def hook(self, original: Any, describe: Any, after: Any = None, names: tuple[str, ...] = ()) -> Hook:
        """A hook of this integration around `original`."""
        return Hook(self.switch, original, describe, after, names, self.service, self.integration.component)

    def around(self, target: str, describe: Any, after: Any = None) -> Callable[[], None]:
        """Hooks a function; returns what undoes it. Raises Missing if this version of the library has none."""
        undo = self.at(*find(target), describe, after)
        if undo is not _nothing:
            self.applied.append(target)
        return undo

    def at(self, owner: Any, name: str, raw: Any, describe: Any, after: Any = None) -> Callable[[], None]:
        """The same for an attribute that is found already: `owner.name`, which is `raw`."""
        function = _function(raw)
        if (id(function), describe) in self._described:
            return _nothing  # another name for what is hooked already
        self._described.add((id(function), describe))
        return self._hooked(owner, name, raw, function, describe, after)

    def _hooked(self, owner: Any, name: str, raw: Any, function: Any, describe: Any, after: Any) -> Callable[[], None]:
        if rewrite.can_rewrite(function):
            hook = self.hook(rewrite.copy(function), describe, after, rewrite.parameters(function))
            return rewrite.rewrite(function, hook)
        kind = type(raw) if isinstance(raw, (staticmethod, classmethod)) else None
        return replace.replace(owner, name, self.hook(function, describe, after, ()), kind)

    def _signal(self, target: str, receiver: Any) -> None:
        """Connects to a signal, or hooks a function for its side effect alone."""
        signal = find(target)[2]
        if hasattr(signal, "connect"):
            signal.connect(receiver, weak=False)
            self._undo.append(lambda: signal.disconnect(receiver))
            self.applied.append(target)
        else:
            self._undo.append(self.around(target, receiver))

    def undo(self) -> None:
        """Takes everything off again, last first."""
        self.switch.on = False
        while self._undo:
            self._undo.pop()()
        self.applied.clear()
        self._described.clear()

    def _report(self, off: bool, error: BaseException) -> None:
        """The first contained error, and the one that switched the integration off, go to the log."""
        import logging  # only where there is something to say

        state = "switched itself off after repeated errors" if off else "met an error, which was contained"
        logging.getLogger("vedette").warning(
            "integration %s %s: %r", self.integration.name, state, error, exc_info=error
        )
        troubles.note(f"integration {self.integration.name} {state}", error)


def _nothing() -> None:
    """Undoes nothing."""


def _function(raw: Any) -> Any:
    """The function inside of a raw attribute."""
    if isinstance(raw, (staticmethod, classmethod)):
        return raw.__func__
    if isinstance(raw, property):
        return raw.fget
    return raw
