"""Functions of the application that are hooked when they are met: views, middleware, receivers of signals."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from vedette.instrument import rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from vedette._native import Call
    from vedette.instrument.installed import Installed


class Met:
    """The functions that one integration has met. They are not kept alive for it."""

    def __init__(self, installed: Installed) -> None:
        self._installed = installed
        self._before: WeakKeyDictionary[Any, tuple[CodeType]] = WeakKeyDictionary()

    def hook(
        self, function: Any, describe: Callable[[Call], Any], after: Callable[[Call, Any], Any] | None = None
    ) -> None:
        """Hooks a function, or that of a method, unless it is hooked or not written in Python."""
        function = getattr(function, "__func__", function)
        if not rewrite.can_rewrite(function):
            return
        mine = (function.__code__,)
        if self._before.setdefault(function, mine) is not mine:  # of several threads, one
            return
        original = rewrite.copy(function)
        rewrite.rewrite(function, self._installed.hook(original, describe, after, rewrite.parameters(function)))

    def undo(self) -> None:
        """Gives all of them their own code back."""
        for function, (code,) in list(self._before.items()):
            function.__code__ = code
        self._before.clear()
