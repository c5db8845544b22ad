"""Operations that begin with one signal and end with another."""

from __future__ import annotations

from collections import OrderedDict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from vedette._native import Call, Hook
    from vedette.instrument.integration import Between

_MOST_OPEN = 10_000


class SignalCall:
    """What a describer sees of a signal: the sender as instance, and the arguments it was sent with."""

    __slots__ = ("instance", "kwargs", "operation", "span")

    def __init__(self, sender: Any, kwargs: dict[str, Any]) -> None:
        self.instance = sender
        self.kwargs = kwargs
        self.operation: Any = None
        self.span: Any = None

    def arg(self, position: int, name: str, default: Any = None) -> Any:
        """The signal's argument of that name."""
        return self.kwargs.get(name, default)


class Pairs:
    """The open operations of one `Between`."""

    def __init__(self, between: Between, make_hook: Callable[[Any], Hook]) -> None:
        self._between = between
        self._hook = make_hook(between.describe)
        self._open: OrderedDict[object, Call] = OrderedDict()

    def started(self, sender: Any = None, **kwargs: Any) -> None:
        """The first signal."""
        if not self._hook.switch.on:
            return
        call: Any = sender if not kwargs and hasattr(sender, "keep_open") else SignalCall(sender, kwargs)
        try:
            key = self._between.key(call)
            operation = self._between.describe(call)
            running = self._hook.begin(operation) if operation is not None else None
        except Exception as error:
            self._hook.contain(error)
            return
        if running is not None:
            self._begun(key, running)

    def _begun(self, key: object, running: Call) -> None:
        before = self._open.pop(key, None)
        if before is not None:  # its end was never told
            before.close()
        self._open[key] = running
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1].close()

    def ended(self, sender: Any = None, **kwargs: Any) -> None:
        """The second signal."""
        call: Any = sender if not kwargs and hasattr(sender, "keep_open") else SignalCall(sender, kwargs)
        running = None
        try:
            running = self._open.pop(self._between.key(call), None)
            if running is None:
                return
            if self._between.after is not None:
                if isinstance(call, SignalCall):  # that of a function has its own, if it was described
                    call.operation, call.span = running.operation, running.span
                self._between.after(call, running)
        except Exception as error:
            self._hook.contain(error)
        if running is not None:
            running.close()

    def close(self) -> None:
        """Ends whatever is open, last first."""
        while self._open:
            self._open.popitem()[1].close()
